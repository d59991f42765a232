//go:build !go1.26

package quartet_test

// Up to Go 1.25 all HTTP/2 servers of a process share a pool of channels, which may not
// leave a synctest bubble. What needs HTTP/2 there runs under newer releases; HTTP/2 over
// sockets is tested under both.
const http2InBubbles = false
