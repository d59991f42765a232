package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// readiness is the line that tells where the server is.
func readiness(addr string, secured bool) ([]byte, error) {
	line, err := json.Marshal(map[string]any{"address": addr, "url": urlOf(addr, secured), "pid": os.Getpid()})
	return append(line, '\n'), err
}

// removeStale removes a ready file that an earlier process has left, for which somebody may
// already wait.
func removeStale(name string) error {
	found, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !found.Mode().IsRegular():
		return fmt.Errorf("%s is there and is no regular file; choose another path", name)
	}
	return os.Remove(name)
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
