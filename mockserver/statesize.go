package mockserver

import (
	"fmt"
	"net/http"
	"reflect"
	"sync"
)

// WithStateSize bounds the bytes that calls of the four APIs may come to hold in the states of
// all spaces together, besides what can take the place of all that the server began with. Past it
// a call that would make a user larger is answered with 507, until others make theirs smaller or
// a space is reset, replaced or removed, or expires. What the server began with does not count,
// nor does what Go code or the admin API puts in its place. By default 64 MiB; 0 keeps it.
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

// storage is what calls have written into the states of all spaces.
type storage struct {
	set  int64 // by WithStateSize
	most int64 // that, and a copy of all that calls can change

	mu   sync.Mutex
	held int64 // by all spaces
}

// account is what one space holds, behind the lock of storage.
type account struct {
	bytes  int64
	closed bool // the space has gone, and what calls under way still write goes with it
}

// beginWith works out most. Calls may put something as large in place of all that there is in the
// beginning, so that a large seed leaves them as much as a small one.
func (st *storage) beginWith(beginning *data) {
	st.most = st.set + beginning.room()
}

// keep keeps what a call has written, unless it makes the state larger and there is no room.
func (s *Server) keep(w *world) error {
	grows := w.weigh() > 0
	if !s.storage.book(&w.account, w.held(), grows) {
		s.spaces.mu.Lock() // who holds this lock waits for no world but that of a new space
		s.expire()
		s.spaces.mu.Unlock()
		if !s.storage.book(&w.account, w.held(), grows) {
			return s.storage.noRoom()
		}
	}
	w.keep()
	return nil
}

// book says what a space holds now, which is nothing where calls have made it lighter. Where it
// has to fit, it reports whether it does.
func (st *storage) book(a *account, bytes int64, fit bool) bool {
	bytes = max(bytes, 0)
	st.mu.Lock()
	defer st.mu.Unlock()
	if a.closed {
		return true
	}
	held := st.held - a.bytes + bytes
	if fit && held > st.most {
		return false
	}
	st.held, a.bytes = held, bytes
	return true
}

// close gives back what a space holds.
func (st *storage) close(a *account) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.held -= a.bytes
	a.bytes, a.closed = 0, true
}

func (st *storage) noRoom() *refusal {
	return &refusal{status: http.StatusInsufficientStorage, undocumented: true, message: fmt.Sprintf(
		"Calls may hold %d bytes in the states of all spaces (-max-state, WithStateSize), and there is no room for what this one writes; reset or remove a space", st.set)}
}

// slotSize is about the room that layers have for an entry besides its key and value.
const slotSize = 100

const (
	mapSize  = 48
	mapSlots = 8 // of the smallest map; larger ones may be half empty
)

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
		if size = mapSize; v.Len() > 0 {
			size += max(mapSlots, 2*v.Len()) * int(v.Type().Key().Size()+v.Type().Elem().Size())
		}
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		for entry := v.MapRange(); entry.Next(); {
			key.SetIterKey(entry)
			value.SetIterValue(entry)
			size += sizeOf(key) + sizeOf(value)
		}
	}
	return size
}
