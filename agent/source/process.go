package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killDelay is how long a killed worker is waited for. A worker that hangs in the
// kernel ends only when the kernel lets it.
const killDelay = 2 * time.Second

// A process is the parent's view of a worker: this binary, started again with an
// empty environment.
type process struct {
	cmd     *exec.Cmd
	kill    context.CancelFunc
	streams map[int]*os.File // reading ends, by the worker's descriptor
	stderr  stderrHead
	over    chan struct{} // closed when no more events will come
	err     error         // the reason; valid once over is closed
}

// startWorker starts a worker with the rights of owner and sends it the order. It
// calls handle with each event of at most limit bytes, from a separate goroutine,
// until handle returns an error. streams are the descriptors of its streams. temp is
// the worker's tempFD, or nil. The caller must call stop.
func startWorker(ctx context.Context, owner Owner, o order, limit int, handle func(event) error, temp *os.File, streams ...int) (*process, error) {
	life, kill := context.WithCancel(ctx)
	p := &process{kill: kill, over: make(chan struct{}), streams: map[int]*os.File{}}
	p.cmd = workerCommand(life, &p.stderr)
	orders, events, err := p.start(streams, temp)
	if err != nil {
		close(p.over)
		return nil, errors.Join(fmt.Errorf("start the worker for uid %d: %w", owner.UID, err), p.stop())
	}
	// A worker that its owner stops, or that hangs in a file system, keeps its ends
	// of the pipes open even when it is killed.
	context.AfterFunc(life, func() { _, _ = events.Close(), orders.Close() })
	go p.listen(events, limit, handle)
	messages := json.NewEncoder(orders)
	if err = messages.Encode(owner); err == nil {
		err = messages.Encode(o)
	}
	if err == nil {
		err = orders.Close()
	}
	if err != nil {
		_ = p.stop()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("send the worker its order: %w", errors.Join(p.reason(), err)) // the worker's own reason first
	}
	return p, nil
}

// workerCommand is the worker's process. It is killed when ctx ends or when we die.
func workerCommand(ctx context.Context, stderr io.Writer) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "worker")
	cmd.Env = []string{} // nil would pass our environment on
	cmd.Dir = "/"
	cmd.Stderr = stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			err = os.ErrProcessDone
		}
		return err
	}
	cmd.WaitDelay = time.Second // to read the rest of its standard error
	return cmd
}

// start creates the pipes and starts the process. It returns our ends of the pipes
// for the order and for the events.
func (p *process) start(streams []int, temp *os.File) (orders, events *os.File, err error) {
	theirs := make([]*os.File, 2+len(streams)) // in the order of the descriptors
	defer func() {
		for _, f := range theirs {
			_ = f.Close() // nil, if the pipe was not made
		}
		if err != nil {
			_, _ = orders.Close(), events.Close()
		}
	}()
	if theirs[orderFD-3], orders, err = os.Pipe(); err != nil {
		return orders, events, err
	}
	if events, theirs[eventsFD-3], err = os.Pipe(); err != nil {
		return orders, events, err
	}
	for _, fd := range streams {
		if p.streams[fd], theirs[fd-3], err = os.Pipe(); err != nil {
			return orders, events, err
		}
		enlarge(p.streams[fd])
	}
	p.cmd.ExtraFiles = theirs
	if temp != nil {
		p.cmd.ExtraFiles = append(slices.Clone(theirs), temp)
	}
	// The worker gets no descriptor that the agent inherited. Kernels before 5.11 lack
	// the call; there, only descriptors that the agent opened itself are closed.
	err = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err != nil && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) {
		return orders, events, fmt.Errorf("close inherited descriptors: %w", err)
	}
	if err = p.cmd.Start(); err == nil && temp != nil {
		if err = limitFileSize(p.cmd.Process.Pid, temp); err != nil {
			p.kill()
			_ = p.cmd.Wait() // we killed it
		}
	}
	return orders, events, err
}

// pipeSize is the buffer requested for the pipe of a stream, in bytes. It is the
// default limit for an unprivileged process.
const pipeSize = 1 << 20

// enlarge requests a larger buffer for a pipe. A small one is only slower, so
// errors are ignored.
func enlarge(f *os.File) {
	if c, err := f.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) })
	}
}

// listen handles the worker's events until one fails or the pipe ends, and then
// waits for the end of the process.
func (p *process) listen(events *os.File, limit int, handle func(event) error) {
	defer close(p.over)
	in := bufio.NewReaderSize(events, 64<<10)
	var err error
	for err == nil {
		var e event
		if e, err = readEvent(in, limit); err == nil {
			err = handle(e)
		}
	}
	if !errors.Is(err, io.EOF) {
		p.kill()
	}
	// If it dies by itself, its exit status says more than our signal.
	timer := time.AfterFunc(killDelay, p.kill)
	died := p.cmd.Wait()
	timer.Stop()
	p.kill()
	switch {
	case !errors.Is(err, io.EOF):
		p.err = err
	case died != nil:
		p.err = fmt.Errorf("the worker died: %w%s", died, p.stderr.firstLine())
	default:
		p.err = errors.New("the worker ended before its work was done")
	}
}

// reason is the error that ended the events, or nil if it is not known.
func (p *process) reason() error {
	select {
	case <-p.over:
		return p.err
	default:
		return nil
	}
}

// isStopped reports whether a signal such as SIGSTOP has stopped the worker.
func (p *process) isStopped() bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return false // it has ended
	}
	// The state follows the name of the program, which is in parentheses.
	end := bytes.LastIndexByte(text, ')')
	return end > 0 && bytes.HasPrefix(text[end+1:], []byte(" T"))
}

// stop kills the worker and waits for its end, but not for one that hangs in the
// kernel.
func (p *process) stop() error {
	p.kill()
	select {
	case <-p.over:
	case <-time.After(killDelay):
	}
	for _, s := range p.streams {
		_ = s.Close() // may be closed already
	}
	return nil
}

// receive waits for a value in the channel, which an event's handler sends. Events
// that arrived before the end of the worker count.
func receive[T any](ctx context.Context, p *process, events chan T) (T, error) {
	var none T
	select {
	case v := <-events:
		return v, nil
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-p.over:
	}
	select {
	case v := <-events:
		return v, nil
	default:
		return none, p.err
	}
}
