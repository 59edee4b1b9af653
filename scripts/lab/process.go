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

// A process is a server that was started here and whose end is watched.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed once it has ended
	err  error         // how it ended, valid once done is closed
	once sync.Once
}

// startProcess starts a program in a process group of its own; it writes to the file log.
func startProcess(program string, args []string, log string) (*process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &process{cmd: exec.Command(program, args...), log: log, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// errEnded is why a server was not awaited any longer: another may have taken its
// port since that was found free.
var errEnded = errors.New("it ended too early")

// portTries is how often a server that ended is started, each time on another port.
const portTries = 3

// await calls ready until it succeeds, the process ends or a minute is over.
func (p *process) await(ctx context.Context, ready func() error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%w: %s", errors.Join(errEnded, p.err), tail(p.log))
		case <-ctx.Done():
			return fmt.Errorf("no answer (%w): %s", err, tail(p.log))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *process) stop(patience time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return p.err
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("stop process %d: it did not end within %v and was killed", p.cmd.Process.Pid, patience)
	}
}

func (p *process) kill() {
	p.once.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.done
}

// tail is the end of a log, for an error.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}
