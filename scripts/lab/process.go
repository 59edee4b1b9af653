package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	// startTimeout is the time that a server has to answer after its start.
	startTimeout = time.Minute
	// stopTimeout is the time that a server has to shut down.
	stopTimeout = time.Minute
	// startAttempts is how many times a server that ends early is started. Each attempt uses
	// another port.
	startAttempts = 3
)

// A process is a running server.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has ended
	err  error         // result of Wait, valid after done is closed
	once sync.Once
}

// startProcess starts a server in its own process group, and appends its output to the file log.
// The kernel kills the server when this program ends.
func startProcess(cmd *exec.Cmd, log string) (*process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &process{cmd: cmd, log: log, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = f, f
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// errEnded means that a server ended before it answered. Another process may have taken its port.
var errEnded = errors.New("it ended before it answered")

// retryStart calls start until the server does not end early, at most startAttempts times.
func retryStart(start func() error) error {
	for attempt := 1; ; attempt++ {
		err := start()
		if err == nil || attempt == startAttempts || !errors.Is(err, errEnded) {
			return err
		}
	}
}

// waitReady calls ready until it succeeds, the process ends, or startTimeout has passed.
func (p *process) waitReady(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%w: %s", errors.Join(errEnded, p.err), logEnd(p.log))
		case <-ctx.Done():
			return fmt.Errorf("no answer (%w): %s", err, logEnd(p.log))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// pid returns the process ID.
func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks the process to end, and kills it after stopTimeout.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may already have ended
	select {
	case <-p.done:
		return p.err
	case <-time.After(stopTimeout):
		p.kill()
		return fmt.Errorf("stop process %d: it did not end within %v and was killed", p.pid(), stopTimeout)
	}
}

// kill ends the process at once.
func (p *process) kill() {
	p.once.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.done
}

// logEnd returns the end of a log file, for an error.
func logEnd(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}
