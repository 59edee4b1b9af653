package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A session is the program on its own terminal. The test types the input.
type session struct {
	t      *testing.T
	master *os.File
	fd     int // the descriptor of master
	cmd    *exec.Cmd
	done   chan struct{} // closed when all output has been read

	mu   sync.Mutex
	all  strings.Builder
	seen int           // how much of the output was expected before
	more chan struct{} // receives a value when there is more output
}

// terminal starts the program with the terminal as its standard streams.
func (h *host) terminal(args ...string) *session {
	h.t.Helper()
	// With O_NONBLOCK, a read does not keep the terminal open when it is closed.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	master := os.NewFile(uintptr(fd), "/dev/ptmx")
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		h.t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		h.t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	defer slave.Close()
	s := &session{t: h.t, master: master, fd: fd, cmd: h.command(args...), done: make(chan struct{}), more: make(chan struct{}, 1)}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = slave, slave, slave
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.cmd.Env = append(s.cmd.Env, "TERM=xterm")
	if err := s.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = master.Close()
	})
	go s.read()
	return s
}

func (s *session) read() {
	defer close(s.done)
	buffer := make([]byte, 4096)
	for {
		n, err := s.master.Read(buffer)
		s.mu.Lock()
		s.all.Write(buffer[:n])
		s.mu.Unlock()
		select {
		case s.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// output returns everything that was printed.
func (s *session) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// expect waits until text is printed after the text that was expected before.
func (s *session) expect(text string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 4*time.Minute)
	defer cancel()
	for {
		ended := false
		select {
		case <-s.done:
			ended = true
		default:
		}
		all := s.output()
		if i := strings.Index(all[s.seen:], text); i >= 0 {
			s.seen += i + len(text)
			return
		}
		if ended || ctx.Err() != nil {
			s.t.Fatalf("%q was not printed after\n%s", text, all)
		}
		select {
		case <-s.more:
		case <-s.done:
		case <-ctx.Done():
		}
	}
}

// answer waits for a question, and types an answer.
func (s *session) answer(question, text string) {
	s.t.Helper()
	s.expect(question)
	s.expect(": ")
	s.press(text + "\n")
}

func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// echoes reports whether the terminal shows what is typed.
func (s *session) echoes() bool {
	s.t.Helper()
	state, err := unix.IoctlGetTermios(s.fd, unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// exit waits for the end, and returns the exit status.
func (s *session) exit() int {
	s.t.Helper()
	err := s.cmd.Wait()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		s.t.Fatal(err)
	}
	<-s.done // the terminal is closed, and all its output has been read
	return s.cmd.ProcessState.ExitCode()
}
