package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// readiness is the line that tells where the server is.
func readiness(addr string, secured bool) ([]byte, error) {
	line, err := json.Marshal(map[string]any{"address": addr, "url": urlOf(addr, secured), "pid": os.Getpid()})
	return append(line, '\n'), err
}

// writeWhole writes a file so that nobody ever finds a part of it.
func writeWhole(name string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
