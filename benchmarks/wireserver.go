package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// wireServer is a server program under way.
type wireServer struct {
	cmd   *exec.Cmd
	addr  string
	start time.Duration // until the first answer
}

// buildWire builds the mock's program and the bare one, as a user would.
func buildWire(into string) (mock, bare string, err error) {
	mock, bare = filepath.Join(into, "mock"), filepath.Join(into, "bare")
	for file, pkg := range map[string]string{mock: ourModule + "/mockserver/cmd/quartet-mock", bare: "./internal/bare"} {
		if out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", file, pkg).CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("%s: %w: %s", pkg, err, out)
		}
	}
	return mock, bare, nil
}

// startWire starts a program on the first core, and calls it once.
func startWire(program string, args ...string) (*wireServer, error) {
	args = append([]string{program, "-addr", "127.0.0.1:0"}, args...)
	if pins() {
		args = append([]string{"taskset", "-c", "0"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &wireServer{cmd: cmd}
	if err := s.firstCall(bufio.NewReader(out)); err != nil {
		s.stop()
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	s.start = time.Since(begun)
	return s, nil
}

// firstCall reads where the program listens, and calls it.
func (s *wireServer) firstCall(out *bufio.Reader) error {
	line, err := out.ReadBytes('\n')
	if err != nil {
		return err
	}
	var ready struct{ Address string }
	if err := json.Unmarshal(line, &ready); err != nil {
		return err
	}
	s.addr = ready.Address
	conn, err := dialWire(s.addr)
	if err != nil {
		return err
	}
	defer conn.conn.Close()
	return conn.do(wireCalls[0].bytes(), wireCalls[0].status)
}

// resident is the memory of the program in bytes, 0 where the system does not tell.
func (s *wireServer) resident() uint64 { return residentOf(strconv.Itoa(s.cmd.Process.Pid)) }

// stop ends the program.
func (s *wireServer) stop() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	_ = s.cmd.Wait()         // killed
}

// pins reports whether processes can be given a core each.
func pins() bool {
	_, err := exec.LookPath("taskset")
	return err == nil
}

// pinSelf leaves the first core to the server.
func pinSelf() error {
	if !pins() {
		return nil
	}
	out, err := exec.Command("taskset", "-a", "-p", "-c", "1", strconv.Itoa(os.Getpid())).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
