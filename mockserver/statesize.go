package mockserver

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/quartet-go/quartet/mockserver/internal/api"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// WithStateSize bounds the bytes that calls of the four APIs may come to hold in the states of
// all spaces together, besides one copy of each user that the server began with. Past it a call
// that would make a state larger is answered with 507, until a space is reset, replaced or
// removed. What the server began with does not count, nor does what Go code or the admin API
// puts in its place. By default 64 MiB; 0 keeps it.
func WithStateSize(bytes int) Option {
	return func(s *Server) error {
		if bytes < 0 {
			return fmt.Errorf("WithStateSize: %d bytes: it may not be negative", bytes)
		}
		if bytes > 0 {
			s.storage.set = int64(bytes)
		}
		return nil
	}
}

// What WithStateSize sets.
const defaultStateSize = 64 << 20

// storage is what calls have written into the states of all spaces. To know it exactly would
// cost each call more than its answer. So a call counts what it may write at most, and only when
// that would be too much, all that has changed since then is weighed. Full is also what is nearly
// so, or each of the last calls that fit would have that done.
type storage struct {
	set     int64        // by WithStateSize
	most    int64        // that, and a copy of each user of the beginning
	count   atomic.Int64 // no less than what is held, and above most while it is full
	pending atomic.Int64 // of count: what calls under way may write yet
	freed   atomic.Bool  // there may be less than when it was full

	mu   sync.Mutex // one measures at a time
	full bool       // when it was measured last
}

// beginWith works out most. Every first write to a user begins with a copy, for which there is
// room of its own, so that a large seed leaves calls as much as a small one.
func (st *storage) beginWith(beginning *data) {
	st.most = st.set
	for _, users := range []any{beginning.profile.base, beginning.billing.base, beginning.subscription.base, beginning.vendorUsers.base} {
		st.most += int64(sizeOf(reflect.ValueOf(users)))
	}
}

// reserve reports whether a call may write so many bytes. After one that may comes settle.
func (s *Server) reserve(bytes int64) bool {
	st := &s.storage
	st.pending.Add(bytes) // before count, or a measurement between the two would lose it
	if st.count.Add(bytes) <= st.most || s.measure() {
		return true
	}
	st.count.Add(-bytes)
	st.pending.Add(-bytes)
	return false
}

// settle says that a call has written what it will.
func (st *storage) settle(bytes int64) { st.pending.Add(-bytes) }

// measure works out what is held, and reports whether what is reserved fits.
func (s *Server) measure() bool {
	st := &s.storage
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.count.Load() <= st.most { // another call has measured
		return true
	}
	s.spaces.mu.Lock()
	s.expire()
	s.spaces.mu.Unlock()
	if freed := st.freed.Swap(false); st.full && !freed { // nothing has been written since
		return false
	}
	before, pending := st.count.Load(), st.pending.Load()
	held := s.held()
	st.full = held > st.most-st.set/8
	if st.full {
		held = max(held, st.most+1)
	}
	st.count.Add(held + pending - before) // calls may have added to it meanwhile
	return held+pending <= st.most
}

// held is what calls have written into the states of all spaces and is still there.
func (s *Server) held() (bytes int64) {
	for _, space := range s.allSpaces() {
		space.world.mu.Lock() // what has changed is weighed
		bytes += space.world.held()
		space.world.mu.Unlock()
	}
	return bytes
}

func (d *data) held() int64 {
	return int64(d.profile.held() + d.billing.held() + d.subscription.held() + d.subscriptions.held() + d.vendorUsers.held() +
		d.vendor.texts())
}

// takeCopied returns what copies of users that calls have not written before hold.
func (d *data) takeCopied() (bytes int64) {
	for _, copied := range []*int{&d.profile.copied, &d.billing.copied, &d.subscription.copied, &d.vendorUsers.copied} {
		bytes += int64(*copied)
		*copied = 0
	}
	return bytes
}

// runWithoutRoom is run for a call that may make nothing larger. It acts on a copy, which
// takes the place of the state if that is so.
func (c *call) runWithoutRoom(op *contract.Operation, caller Token, req *api.Request) (api.Answer, error) {
	before := c.world.data
	c.world.data = before.share()
	answer, err := c.run(op, caller, req)
	if err == nil && c.world.growth(before) > 0 {
		err = c.server.storage.noRoom()
	}
	if err != nil {
		c.world.data = before
	}
	return answer, err
}

// growth is by how many bytes a state is larger than that of which it was a copy.
func (d *data) growth(copied *data) int {
	return d.profile.growth(&copied.profile) + d.billing.growth(&copied.billing) +
		d.subscription.growth(&copied.subscription) + d.subscriptions.growth(&copied.subscriptions) +
		d.vendorUsers.growth(&copied.vendorUsers) + d.vendor.texts() - copied.vendor.texts()
}

// texts are the bytes of the members that calls change.
func (v *VendorState) texts() int { return len(v.CompanyName) + len(v.Phone) }

func (st *storage) noRoom() *refusal {
	return &refusal{status: http.StatusInsufficientStorage, undocumented: true, message: fmt.Sprintf(
		"Calls may hold %d bytes in the states of all spaces (-max-state, WithStateSize), and there is no room for what this one writes; reset or remove a space", st.set)}
}

// What a call's body may come to hold at most: what stands for each of its bytes, and what the
// values between them take of lists that have grown and maps that are nearly empty.
const (
	weightOfCall  = 512
	weightOfByte  = 2
	weightOfValue = 64
	weightOfName  = 320
)

// weight is no less than what a call with this body, which is JSON, can write.
func weight(body []byte) int64 {
	values := bytes.Count(body, []byte{','}) + bytes.Count(body, []byte{'['}) + bytes.Count(body, []byte{'{'})
	names := bytes.Count(body, []byte{':'})
	return int64(weightOfCall + weightOfByte*len(body) + weightOfValue*values + weightOfName*names)
}

const (
	mapSize  = 48
	mapSlots = 8 // of the smallest map; larger ones may be half empty
)

// tableSize is the room that a map has for its entries, without what they refer to.
func tableSize(v reflect.Value) int {
	switch {
	case v.IsNil():
		return 0
	case v.Len() == 0:
		return mapSize
	}
	return mapSize + max(mapSlots, 2*v.Len())*int(v.Type().Key().Size()+v.Type().Elem().Size())
}

// sizeOf returns about how many bytes plain data refers to.
func sizeOf(v reflect.Value) (size int) {
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return int(v.Elem().Type().Size()) + sizeOf(v.Elem())
	case reflect.Struct:
		for i := 0; i < v.NumField() && v.Type() != timeType; i++ {
			size += sizeOf(v.Field(i))
		}
	case reflect.Slice:
		size = v.Cap() * int(v.Type().Elem().Size())
		for i := range v.Len() {
			size += sizeOf(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			return 0
		}
		size = tableSize(v)
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		for entry := v.MapRange(); entry.Next(); {
			key.SetIterKey(entry)
			value.SetIterValue(entry)
			size += sizeOf(key) + sizeOf(value)
		}
	}
	return size
}
