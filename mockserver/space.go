package mockserver

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Space is a world of its own: state of the four APIs, journal, faults, limits, clock and
// chance. Calls in one never see another. It is safe for concurrent use.
//
// On the wire a space is chosen by the header X-Mock-Space, or, for a client that cannot
// set one, by the path prefix /_space/ID, which is part of the space's URL. A call with
// neither is in the default space.
type Space struct {
	server *Server
	id     string

	origin *Snapshot // what it began with
	world  world
	clock  clock
	faults faults
	limits limits
	calls  log

	// What calls read of the state without its lock.
	seed   atomic.Uint64
	varied atomic.Pointer[Variation] // nil: not

	kept    bool         // never expires; behind spaces.mu
	active  atomic.Int64 // calls under way, those of the admin API included
	steered atomic.Int64 // those of the admin API
	used    atomic.Int64 // when it came into being or the last call ended, in Unix nanoseconds
}

const (
	spaceHeader = "X-Mock-Space"
	spacePrefix = "/_space/"
	maxSpaceID  = 256 // bounds what a client can make the server remember by a name
	mostOfName  = 200 // of a test's name in the id of its space
)

// WithSpaces bounds the spaces that calls over the wire may bring into being: so many at
// a time, each of which expires when it was not called for so long. Past the bound a call
// that needs a new one is answered with 507. By default 1,000 and an hour; 0 keeps a
// default. The default space, and those that Go code asks for, count but never expire.
func WithSpaces(most int, idle time.Duration) Option {
	return func(s *Server) error {
		if most < 0 || idle < 0 {
			return fmt.Errorf("WithSpaces: %d spaces, %s: neither may be negative", most, idle)
		}
		if most > 0 {
			s.spaces.most = most
		}
		if idle > 0 {
			s.spaces.idle = idle
		}
		return nil
	}
}

// ID returns the space's id, "" for the default space.
func (s *Space) ID() string { return s.id }

// Space returns the space with this id, "" for the default one. One that does not exist
// yet begins as the server did. It stays until the server is closed, or until the test
// ends for which [Server.SpaceFor] made it. Any text is an id; one that is to go into the
// header has no control characters, and no white space at its ends.
func (s *Server) Space(id string) *Space {
	s.spaces.mu.Lock()
	defer s.spaces.mu.Unlock()
	space := s.spaces.byID[id]
	if space == nil {
		space = s.spaces.add(s.newSpace(id, s.seed))
	}
	space.kept = true
	return space
}

// SpaceFor returns a new space for a test, named after it. It is removed when the test
// ends, and when the test has failed its journal is printed before.
func (s *Server) SpaceFor(t TB) *Space {
	t.Helper()
	name := "test"
	if named, ok := t.(interface{ Name() string }); ok {
		name = named.Name()
	}
	if len(name) > mostOfName {
		name = fmt.Sprintf("%s~%08x", strings.ToValidUTF8(name[:mostOfName], ""), crc32.ChecksumIEEE([]byte(name)))
	}
	s.spaces.mu.Lock()
	defer s.spaces.mu.Unlock()
	id := name
	for n := 2; s.spaces.byID[id] != nil; n++ { // go test -count runs a test again while the server may live on
		id = fmt.Sprintf("%s#%d", name, n)
	}
	space := s.spaces.add(s.newSpace(id, s.seed))
	space.kept = true
	t.Cleanup(func() {
		space.printIfFailed(t)
		s.removeSpace(id)
	})
	return space
}

// URL returns the space's base URL, without a trailing slash. A server of New has the
// host mock.invalid, which only Client and Transport can reach.
func (s *Space) URL() string {
	if s.id == "" {
		return s.server.baseURL()
	}
	return s.server.baseURL() + spacePrefix + url.PathEscape(s.id)
}

// spaces are the spaces of a server.
type spaces struct {
	most int
	idle time.Duration

	mu     sync.RWMutex
	byID   map[string]*Space
	looked time.Time // for spaces that have expired
}

// sweeps is how often at most spaces are looked at in the time in which one expires.
const sweeps = 60

// What WithSpaces sets.
const (
	defaultSpaces = 1000
	defaultIdle   = time.Hour
)

func (s *Server) newSpace(id string, from *Snapshot) *Space {
	space := &Space{server: s, id: id, origin: from, clock: clock{real: time.Now}}
	space.calls.space = space
	space.touch()
	space.Restore(from)
	return space
}

func (ss *spaces) add(space *Space) *Space {
	ss.byID[space.id] = space
	return space
}

// removeSpace removes a space and reports whether there was one.
func (s *Server) removeSpace(id string) bool {
	s.spaces.mu.Lock()
	space := s.spaces.byID[id]
	delete(s.spaces.byID, id)
	s.spaces.mu.Unlock()
	if space != nil {
		s.closeSpace(space)
	}
	return space != nil
}

// closeSpace gives back what a space holds that is no longer among the others.
func (s *Server) closeSpace(space *Space) {
	s.journal.close(&space.calls)
	s.storage.close(&space.world.account)
}

// enter returns the space with this id, counted as in use; or why there is none.
func (s *Server) enter(id string) (*Space, *refusal) {
	if id == "" {
		s.defaultSpace.begin()
		return s.defaultSpace, nil
	}
	s.spaces.mu.RLock()
	space := s.spaces.byID[id]
	if space != nil {
		space.begin() // within the lock: no longer idle
	}
	s.spaces.mu.RUnlock()
	if space != nil {
		return space, nil
	}
	if why := unfit(id); why != "" {
		return nil, &refusal{status: http.StatusBadRequest, message: "The id of the space " + why}
	}
	if space = s.create(id); space == nil {
		return nil, s.spaces.full()
	}
	return space, nil
}

// unfit says why an id cannot be that of a space on the wire, "" when it can: each has to go
// into a header, and into a path that nobody on the way changes.
func unfit(id string) string {
	switch {
	case len(id) > maxSpaceID:
		return fmt.Sprintf("is over %d bytes", maxSpaceID)
	case !utf8.ValidString(id):
		return "is no UTF-8"
	case strings.ContainsFunc(id, unicode.IsControl) || strings.TrimSpace(id) != id:
		return "has control characters, or white space at an end, which no header holds"
	case id == "." || id == "..":
		return "is one that clients take out of a path"
	}
	return ""
}

func (ss *spaces) full() *refusal {
	return &refusal{status: http.StatusInsufficientStorage, message: fmt.Sprintf(
		"There is no room for another space: at most %d may be at a time, the default one included, and those that expire do so after %s without a call", ss.most, ss.idle)}
}

// spaceOf returns the id in header and prefix, and the path without the prefix; or what is
// wrong with them.
func spaceOf(r *http.Request) (id, path string, wrong *refusal) {
	path = r.URL.EscapedPath()
	ids := r.Header[spaceHeader]
	if rest, prefixed := strings.CutPrefix(path, spacePrefix); prefixed {
		segment, below, _ := strings.Cut(rest, "/")
		var err error
		if id, err = url.PathUnescape(segment); err != nil || id == "" {
			return "", path, &refusal{status: http.StatusBadRequest, message: "The path names no space; one is written as " + spacePrefix + "ID/path"}
		}
		ids, path = append(slices.Clip(ids), id), "/"+below
	}
	for _, other := range ids {
		if id != "" && other != id {
			return "", path, &refusal{status: http.StatusBadRequest, message: fmt.Sprintf("The request names two spaces, %q and %q", other, id)}
		}
		id = other
	}
	return id, path, nil
}

// create brings a space into being for a call, nil when there is no room.
func (s *Server) create(id string) *Space {
	s.spaces.mu.Lock()
	defer s.spaces.mu.Unlock()
	space := s.spaces.byID[id] // two calls may come at once
	if space == nil {
		if !s.hasRoom() {
			return nil
		}
		space = s.spaces.add(s.newSpace(strings.Clone(id), s.seed)) // it may be a part of the text of all headers
	}
	space.begin()
	return space
}

// createFrom brings a space into being that is like a snapshot; or says why it cannot.
func (s *Server) createFrom(id string, from *Snapshot) (*Space, *refusal) {
	s.spaces.mu.Lock()
	defer s.spaces.mu.Unlock()
	if s.spaces.byID[id] != nil {
		return nil, &refusal{status: http.StatusConflict, message: fmt.Sprintf("There is a space %q already", id)}
	}
	if !s.hasRoom() {
		return nil, s.spaces.full()
	}
	return s.spaces.add(s.newSpace(id, from)), nil
}

// existing returns the space with this id, nil for none.
func (s *Server) existing(id string) *Space {
	s.spaces.mu.RLock()
	defer s.spaces.mu.RUnlock()
	return s.spaces.byID[id]
}

// hasRoom reports whether there is room for another space. The caller holds the lock.
func (s *Server) hasRoom() bool {
	if len(s.spaces.byID) >= s.spaces.most {
		s.expire()
	}
	return len(s.spaces.byID) < s.spaces.most
}

// expire removes the spaces that nobody has called for long. It looks at all of them, so it
// does not do so for each call that finds no room. The caller holds the lock.
func (s *Server) expire() {
	now := time.Now()
	if now.Sub(s.spaces.looked) < s.spaces.idle/sweeps {
		return
	}
	s.spaces.looked = now
	before := now.Add(-s.spaces.idle).UnixNano()
	for id, space := range s.spaces.byID {
		if !space.kept && space.active.Load() == 0 && space.used.Load() < before {
			delete(s.spaces.byID, id)
			s.closeSpace(space)
		}
	}
}

func (s *Space) touch() { s.used.Store(time.Now().UnixNano()) }

func (s *Space) begin() { s.active.Add(1) } // while it is in use nobody asks how long it has been idle

func (s *Space) end() {
	if s.id != "" { // the default space never expires
		s.touch()
	}
	s.active.Add(-1)
}
