package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

const (
	// grace is the time between the polite and the final signal to a hook that takes too
	// long.
	grace = 5 * time.Second
	// outputGrace is how long the output is read after the hook has ended: a process that the
	// hook has started may still have it open.
	outputGrace = time.Second
	// maxLines is the number of lines of output that are logged.
	maxLines = 200
)

// execute runs the hook to its end. Its error says how it ended, and its last line.
func (h *Hook) execute(ctx context.Context, input []byte, env []string, log *slog.Logger) error {
	args, err := h.command()
	if err != nil {
		return fmt.Errorf("cannot be executed: %w", err)
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("it was stopped after %s; raise its timeout", timeout))
	defer cancel()
	out := &output{log: log.With("hook", h.Key)}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env, cmd.Dir = env, "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = outputGrace
	cmd.Cancel = func() error { return endGroup(cmd.Process.Pid) }
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot be executed: %w", err)
	}
	err = cmd.Wait()
	out.close()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil // the hook ended well, and left a process behind
	}
	if err != nil && out.last != "" {
		return fmt.Errorf("%w: %s", err, out.last)
	}
	return err
}

// endGroup stops the processes of a group with SIGTERM, and kills those that do not end.
func endGroup(group int) error {
	_ = unix.Kill(-group, unix.SIGTERM) // it may have ended
	for deadline := time.Now().Add(grace); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if errors.Is(unix.Kill(-group, 0), unix.ESRCH) {
			return nil
		}
	}
	_ = unix.Kill(-group, unix.SIGKILL)
	return nil
}

// An output logs what a hook prints, line by line.
type output struct {
	log   *slog.Logger
	mu    sync.Mutex
	line  []byte // unfinished
	lines int
	last  string // the last line
}

// maxLine is the length at which a line of output is cut, in bytes.
const maxLine = 1 << 10

// Write logs output. It never fails, because an error would stop the hook.
func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(text)
	for {
		line, rest, found := bytes.Cut(text, []byte{'\n'})
		o.line = append(o.line, line[:min(len(line), maxLine-len(o.line))]...)
		if !found {
			return n, nil
		}
		o.flush()
		text = rest
	}
}

func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
}

// flush logs the unfinished line.
func (o *output) flush() {
	line := wordpress.Printable(string(bytes.TrimRight(o.line, "\r")))
	o.line = o.line[:0]
	if line == "" {
		return
	}
	o.last = line
	switch o.lines++; {
	case o.lines <= maxLines:
		o.log.Warn("hook: " + line)
	case o.lines == maxLines+1:
		o.log.Warn(fmt.Sprintf("hook: more than %d lines; the others are not logged", maxLines))
	}
}
