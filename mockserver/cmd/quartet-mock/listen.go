package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

const unixPrefix = "unix:"

// listen takes an address: host:port, or unix:PATH.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	if path, is := strings.CutPrefix(addr, unixPrefix); is {
		return listenUnix(ctx, path)
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}

// listenUnix makes a socket file that only this user may connect to. It is removed when the
// listener is closed; one that a dead process has left behind is replaced.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if found, err := os.Lstat(path); err == nil {
		if found.Mode().Type() != fs.ModeSocket {
			return nil, fmt.Errorf("%s is there and is no socket; choose another path", path)
		}
		conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
		if err == nil {
			_ = conn.Close() // it was only to see who is there
			return nil, fmt.Errorf("%s is in use by another process; end that, or choose another path", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("the path of a socket cannot have as many bytes as %d; choose a shorter one", len(path))
	}
	if err != nil {
		return nil, err
	}
	// Until here only a umask that takes away no right would have let others in.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// nameOf is a listener's address as -addr takes it.
func nameOf(listener net.Listener) string {
	if addr := listener.Addr(); addr.Network() == "unix" {
		return unixPrefix + addr.String()
	}
	return listener.Addr().String()
}

// urlOf is the URL at which this machine reaches a server of this address. A client of a
// socket file is told the file beside it.
func urlOf(addr string, secured bool) string {
	scheme := "http://"
	if secured {
		scheme = "https://"
	}
	if strings.HasPrefix(addr, unixPrefix) {
		return scheme + "localhost"
	}
	host, port, _ := net.SplitHostPort(addr) // it has been listened on
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}
