package main

import (
	"container/list"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
)

// crowd bounds connections and requests. A listener that waits when there are too many
// would let peers that open connections and say nothing, or send a request byte by byte,
// keep all others out. Here they give way: past a bound the peer goes that has sent no whole
// request for longest. One whose request is whole never goes, whatever holds its answer.
type crowd struct {
	maxConns    int
	maxRequests [2]int // by to
	logged      seldom

	mu       sync.Mutex
	peers    map[net.Conn]*peer
	order    list.List // of all peers; those that wait stand in the order in which they began to
	requests [2]int    // by to
}

// to is what a request is for. The admin API has room of its own, so that calls which faults
// hold do not keep out whoever would end them.
type to int

const (
	toAPIs to = iota
	toAdmin
)

const maxAdminRequests = 64

// peer is a connection. HTTP/2 has several requests on one.
type peer struct {
	conn     net.Conn
	place    *list.Element // in order
	requests [2]int        // begun, by to
	whole    int           // those of them that have come whole: with none it waits
	gone     bool
}

type peerKey struct{}

func newCrowd(conns, requests int, log func(limit string)) *crowd {
	return &crowd{maxConns: conns, maxRequests: [2]int{requests, maxAdminRequests}, logged: seldom{log: log}, peers: map[net.Conn]*peer{}}
}

// enter is http.Server.ConnContext. A connection that front hands to net/http has entered before.
func (c *crowd) enter(ctx context.Context, conn net.Conn) context.Context {
	prompt, is := conn.(*promptConn)
	if is && prompt.peer != nil {
		return context.WithValue(ctx, peerKey{}, prompt.peer)
	}
	p := c.admit(conn)
	if is {
		prompt.peer = p
	}
	return context.WithValue(ctx, peerKey{}, p)
}

// admit makes room for a connection, or closes it.
func (c *crowd) admit(conn net.Conn) *peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &peer{conn: conn}
	if len(c.peers) >= c.maxConns && !c.makeRoom("max-connections", func(*peer) bool { return true }) {
		p.gone = true
		cut(conn)
		return p
	}
	c.peers[conn] = p
	p.place = c.order.PushBack(p)
	return p
}

// changed is http.Server.ConnState.
func (c *crowd) changed(conn net.Conn, state http.ConnState) {
	if state != http.StateClosed && state != http.StateHijacked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.peers[conn]; p != nil {
		c.remove(p)
	}
}

func (c *crowd) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.Context().Value(peerKey{}).(*peer)
		which, whole := toAPIs, 0
		if steers(r) {
			which = toAdmin
		}
		if r.Body == http.NoBody {
			whole = 1
		}
		if !c.begin(p, which, whole) {
			refuseRequest(w)
			return
		}
		if whole == 1 {
			defer c.end(p, which, 1)
		} else {
			body := &awaitedBody{ReadCloser: r.Body, crowd: c, peer: p}
			defer func() { c.end(p, which, body.whole) }()
			r.Body = body
		}
		next.ServeHTTP(w, r)
	})
}

// begin reports whether there is room for a request; whole is 1 when it has come whole.
func (c *crowd) begin(p *peer, which to, whole int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.gone {
		return false
	}
	if c.requests[which] >= c.maxRequests[which] && !c.makeRoom("max-requests", func(other *peer) bool { return other.requests[which] > 0 }) || p.gone {
		return false // it may have gone to make room for itself
	}
	if p.requests == [2]int{} {
		c.order.MoveToBack(p.place) // it waits for this one now
	}
	c.requests[which]++
	p.requests[which]++
	p.whole += whole
	return true
}

// complete notes that a request of the peer has come whole after it was begun.
func (c *crowd) complete(p *peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.whole++
}

// end ends a request; whole is 1 when it has come whole.
func (c *crowd) end(p *peer, which to, whole int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.requests[which]--
	p.whole -= whole
	if p.gone {
		return
	}
	c.requests[which]--
	if p.whole == 0 {
		c.order.MoveToBack(p.place)
	}
}

// makeRoom closes the connection that has waited longest of those that fit, and reports
// whether there is one. The caller holds the lock.
func (c *crowd) makeRoom(limit string, fits func(*peer) bool) bool {
	c.logged.tell(limit)
	for place := c.order.Front(); place != nil; place = place.Next() {
		if p := place.Value.(*peer); p.whole == 0 && fits(p) {
			c.remove(p)
			cut(p.conn)
			return true
		}
	}
	return false
}

// remove forgets a connection and its requests, which end by themselves. The caller holds
// the lock.
func (c *crowd) remove(p *peer) {
	delete(c.peers, p.conn)
	for which, n := range p.requests {
		c.requests[which] -= n
	}
	p.gone = true
	c.order.Remove(p.place)
}

// cut closes a connection without the good-bye of TLS, for which it might wait.
func cut(conn net.Conn) {
	if secured, is := conn.(*tls.Conn); is {
		conn = secured.NetConn()
	}
	_ = conn.Close() // it is given up
}

// awaitedBody notes when a body has come whole.
type awaitedBody struct {
	io.ReadCloser
	crowd *crowd
	peer  *peer
	whole int // 1 when it has
}

func (b *awaitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && b.whole == 0 {
		b.whole = 1
		b.crowd.complete(b.peer)
	}
	return n, err
}

// refuseRequest answers when there is no room. Which API is asked for, and in which words it
// would say so, only the server knows, in which there is no room.
func refuseRequest(w http.ResponseWriter) {
	shed(w)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, `{"title":"Service Unavailable","status":503,"detail":"The server has too many requests under way"}`+"\n") // to a peer that may be gone
}
