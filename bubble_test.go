//go:build go1.26

package quartet_test

// http2InBubbles says whether net/http's HTTP/2 server can run in a synctest bubble.
const http2InBubbles = true
