package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// answersWithin is how long a server on this machine may take to accept a connection.
const answersWithin = time.Second

// readiness is the line that tells where the server is.
func readiness(addr string, secured bool) ([]byte, error) {
	line, err := json.Marshal(readyLine{Address: addr, PID: os.Getpid(), URL: urlOf(addr, secured)})
	return append(line, '\n'), err
}

// removeStale removes a ready file that an earlier process has left, for which somebody may
// already wait. That of a server which still runs stays, and so does what is no ready file.
func removeStale(name string) error {
	if err := replaceable(name, isReadiness); err != nil {
		return err
	}
	if at := runningAt(name); at != "" {
		return fmt.Errorf("%s is of the server at %s, which runs; end that, or choose another path", name, at)
	}
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replaceable refuses a path at which something stands that this program has not written, as
// own reports. An empty file has nothing to lose: mktemp makes such.
func replaceable(name string, own func(data []byte) bool) error {
	found, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !found.Mode().IsRegular():
		return fmt.Errorf("%s is there and is no regular file; choose another path", name)
	}
	data, err := os.ReadFile(name)
	if err == nil && len(data) > 0 && !own(data) {
		err = fmt.Errorf("%s is there and this program has not written it; choose another path", name)
	}
	return err
}

// readyLine is what readiness writes.
type readyLine struct {
	Address string `json:"address"`
	PID     int    `json:"pid"`
	URL     string `json:"url"`
}

func isReadiness(data []byte) bool {
	var line readyLine
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(&line) == nil && line.Address != "" && line.PID > 0 && line.URL != "" && !decoder.More()
}

// runningAt is where the server listens that has written a ready file, "" when it has gone.
// Its process alone says little: ids are given again, and containers have their own.
func runningAt(name string) string {
	var line readyLine
	if data, err := os.ReadFile(name); err != nil || json.Unmarshal(data, &line) != nil {
		return ""
	}
	process, err := os.FindProcess(line.PID)
	if err != nil || errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone) {
		return ""
	}
	network, address := "tcp", line.Address
	if path, is := strings.CutPrefix(address, unixPrefix); is {
		network, address = "unix", path
	}
	conn, err := net.DialTimeout(network, address, answersWithin)
	if err != nil {
		return ""
	}
	_ = conn.Close() // it was only to see who is there
	return line.Address
}

// removeOwn removes the ready file, unless another process has written its own.
func removeOwn(name string, line []byte) {
	if found, err := os.ReadFile(name); err == nil && bytes.Equal(found, line) {
		_ = os.Remove(name) // whoever was faster is right
	}
}

// writeWhole writes a file so that nobody ever finds a part of it.
func writeWhole(name string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return about(name, err)
	}
	_, err = file.Write(data)
	err = errors.Join(about(name, err), about(name, file.Chmod(0o644)), about(name, file.Close()))
	if err == nil {
		err = about(name, os.Rename(file.Name(), name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// about lets an error name the file that was to be written, instead of the one that was to
// become it.
func about(name string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return &fs.PathError{Op: path.Op, Path: name, Err: path.Err}
	case errors.As(err, &link):
		return &fs.PathError{Op: link.Op, Path: name, Err: link.Err}
	}
	return err
}
