package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// wireServer is a server program under way, with the processes that it has started.
type wireServer struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has
	addr  string
	start time.Duration // until the first valid answer
}

// Bounds of a start.
const (
	wirePatience = 60 * time.Second
	wireAgain    = time.Millisecond // between two looks whether it answers
)

// startWire starts a program on its core, as a process group of its own, and calls it
// until it answers as it should.
func startWire(command func(port string) []string) (*wireServer, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	args := command(port)
	if serverCore != "" {
		args = append([]string{"taskset", "-c", serverCore}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "NODE_ENV=production", "DO_NOT_TRACK=1")
	cmd.Stderr = os.Stderr // why it does not start
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s := &wireServer{cmd: cmd, addr: addr, ended: make(chan struct{})}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = cmd.Wait() // that it ended is all that matters
		close(s.ended)
	}()
	if err := s.await(begun.Add(wirePatience)); err != nil {
		s.stop()
		return nil, err
	}
	s.start = time.Since(begun)
	return s, nil
}

// await calls until the first call is answered as it should be.
func (s *wireServer) await(until time.Time) error {
	for {
		err := tryWire(s.addr, wireCalls[0], until)
		if err == nil {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("no valid answer in time: %w", err)
		}
		select {
		case <-s.ended:
			return errors.New("it has ended by itself")
		case <-time.After(wireAgain):
		}
	}
}

// tryWire calls over a new connection.
func tryWire(addr string, c wireCall, until time.Time) error {
	conn, err := dialWire(addr)
	if err != nil {
		return err
	}
	defer conn.conn.Close()
	if err := conn.conn.SetDeadline(until); err != nil {
		return err
	}
	return conn.do(c.bytes(), c.status)
}

// freeAddress is one that nobody listens on, which every server can be told.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// resident is the memory of the process group in bytes, 0 where the system does not tell.
func (s *wireServer) resident() (bytes uint64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is sound
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		if groupOf(string(text)) == s.cmd.Process.Pid {
			bytes += residentOf(filepath.Base(filepath.Dir(file)))
		}
	}
	return bytes
}

// groupOf reads the process group from a line of /proc/PID/stat: the third field behind
// the name, which may have spaces and parentheses.
func groupOf(stat string) int {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 3 {
		return 0
	}
	group, _ := strconv.Atoi(fields[2]) // 0 is nobody's
	return group
}

// alone lets the server run for as long as do, and then stops it where it is: even an idle
// one, a JVM above all, takes time of the core that another one is measured on.
func (s *wireServer) alone(do func() error) error {
	if err := s.signal(syscall.SIGCONT); err != nil {
		return err
	}
	return errors.Join(do(), s.signal(syscall.SIGSTOP))
}

// signal goes to the program and all that it has started.
func (s *wireServer) signal(what syscall.Signal) error {
	return syscall.Kill(-s.cmd.Process.Pid, what)
}

// stop ends the program and all that it has started.
func (s *wireServer) stop() {
	_ = s.signal(syscall.SIGKILL) // it may have ended by itself
	<-s.ended
}

// serverCore and loaderCore are what the processes are pinned to, "" where they cannot be or
// there are not two.
var serverCore, loaderCore = twoCores()

func twoCores() (server, loader string) {
	status, err := os.ReadFile("/proc/self/status")
	if _, missing := exec.LookPath("taskset"); err != nil || missing != nil {
		return "", ""
	}
	return firstTwo(string(status))
}

var allowedCores = regexp.MustCompile(`(?m)^Cpus_allowed_list:\s*(\d+)(?:([-,])(\d+))?`)

// firstTwo finds the first two cores that a process may run on, such as 0 and 1 of "0-3,8",
// in its /proc/PID/status; "" when there are no two.
func firstTwo(status string) (first, second string) {
	found := allowedCores.FindStringSubmatch(status)
	if found == nil || found[3] == "" {
		return "", ""
	}
	if found[2] == "," {
		return found[1], found[3]
	}
	at, _ := strconv.Atoi(found[1]) // it is digits
	return found[1], strconv.Itoa(at + 1)
}

// pinSelf leaves the servers' core to them.
func pinSelf() error {
	if loaderCore == "" {
		return nil
	}
	out, err := exec.Command("taskset", "-a", "-p", "-c", loaderCore, strconv.Itoa(os.Getpid())).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
