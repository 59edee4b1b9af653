package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killDelay is how long the agent waits for the end of a killed worker. A worker that hangs in
// the kernel does not end before the system call does.
const killDelay = 2 * time.Second

// A process is the parent's view of a worker: this binary, started again with an
// empty environment. It executes one order after the other.
type process struct {
	owner Owner
	// fileLimit is the size of the largest file that it may write, in bytes; 0 is unlimited.
	fileLimit uint64
	cmd       *exec.Cmd
	kill      context.CancelFunc
	socket    *net.UnixConn // for orders
	stderr    stderrHead
	over      chan struct{} // closed when no more events will come
	err       error         // the reason; valid once over is closed

	mu     sync.Mutex
	orders int               // how many were given
	events int               // how many came since the last order
	handle func(event) error // handles the events about the last order; nil once it is done
}

// startWorker starts a worker with the rights of owner. Its events have at most limit
// bytes each. temp is a temporary file for it, or nil. The caller must call stop.
func startWorker(ctx context.Context, owner Owner, limit int, temp *os.File) (*process, error) {
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	p := &process{owner: owner, kill: kill, over: make(chan struct{})}
	p.cmd = workerCommand(life, &p.stderr)
	events, err := p.start()
	if err == nil && temp != nil {
		if err = p.limitFileSize(temp); err != nil {
			p.kill()
			_, _ = p.cmd.Wait(), events.Close() // we killed it
		}
	}
	if err != nil {
		close(p.over)
		return nil, errors.Join(fmt.Errorf("start the worker for uid %d: %w", owner.UID, err), p.stop())
	}
	// A worker that is stopped by its owner, or hangs in a file system, keeps its ends of the
	// pipes open even after it was killed.
	context.AfterFunc(life, func() { _, _ = events.Close(), p.socket.Close() })
	go p.listen(events, limit)
	if err := p.send(ctx, owner); err != nil {
		return nil, err
	}
	return p, nil
}

// give sends the worker an order, with the files that belong to it. From then on, handle is
// called with each event about the order, from a separate goroutine. The worker is killed
// when ctx ends before the order is done, and when handle returns an error.
func (p *process) give(ctx context.Context, o order, handle func(event) error, files ...*os.File) error {
	p.mu.Lock()
	p.orders++
	o.Number, p.handle, p.events = p.orders, handle, 0
	p.mu.Unlock()
	return p.send(ctx, o, files...)
}

// send sends the worker a message. If that fails, the worker is stopped.
func (p *process) send(ctx context.Context, message any, files ...*os.File) error {
	defer context.AfterFunc(ctx, p.kill)()
	err := sendMessage(p.socket, message, files...)
	if err == nil {
		return nil
	}
	_ = p.stop()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("send the worker its order: %w", errors.Join(p.reason(), err)) // the worker's own reason first
}

// answered reports whether an event has come since the last order.
func (p *process) answered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events > 0
}

// dispatch passes an event to the handler of the order that it must be about.
func (p *process) dispatch(e event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events++
	switch {
	case p.handle == nil:
		return fmt.Errorf("worker sent %s without an order", e.kind())
	case e.Order != p.orders:
		return fmt.Errorf("worker sent %s of order %d instead of %d", e.kind(), e.Order, p.orders)
	}
	handle := p.handle
	if e.Done {
		p.handle = nil
	}
	return handle(e)
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

// start creates the socket and the pipe, and starts the process. It returns our end of
// the pipe of events.
func (p *process) start() (events *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	theirs := [2]*os.File{orderFD - 3: os.NewFile(uintptr(fds[1]), "orders")}
	defer func() { _, _ = theirs[0].Close(), theirs[1].Close() }() // nil, if the pipe was not made
	if p.socket, err = unixConn(os.NewFile(uintptr(fds[0]), "orders")); err != nil {
		return nil, err
	}
	if events, theirs[eventsFD-3], err = os.Pipe(); err != nil {
		return nil, err
	}
	p.cmd.ExtraFiles = theirs[:]
	// The worker gets no descriptor that the agent inherited. Kernels before 5.11 lack
	// the call; there, only descriptors that the agent opened itself are closed.
	err = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err != nil && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) {
		err = fmt.Errorf("close inherited descriptors: %w", err)
	} else {
		err = p.cmd.Start()
	}
	if err != nil {
		_ = events.Close()
	}
	return events, err
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
func (p *process) listen(events *os.File, limit int) {
	defer close(p.over)
	in := bufio.NewReaderSize(events, 64<<10)
	var err error
	for err == nil {
		var e event
		if e, err = readEvent(in, limit); err == nil {
			err = p.dispatch(e)
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
		p.err = errEarlyEnd
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
	// A service of systemd cannot see the processes of other users in /proc.
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, p.cmd.Process.Pid, &info, unix.WSTOPPED|unix.WNOHANG|unix.WNOWAIT, nil)
	return err == nil && info.Signo != 0
}

// stop kills the worker and waits for its end, but not for one that hangs in the
// kernel.
func (p *process) stop() error {
	p.kill()
	select {
	case <-p.over:
	case <-time.After(killDelay):
	}
	if p.socket != nil {
		_ = p.socket.Close() // may be closed already
	}
	return nil
}

// errEarlyEnd is the error of an order that ends before everything was sent.
var errEarlyEnd = errors.New("the worker ended before its work was done")

// A failure is an error of an order that the worker reports itself. It goes on with the
// next order.
type failure struct {
	reported chan struct{} // closed when the error has arrived
	err      error         // valid once reported is closed
}

// receive waits for a value in the channel, which a handler of events sends. Values that
// arrived before the order failed or the worker ended count. f may be nil.
func receive[T any](ctx context.Context, p *process, f *failure, values <-chan T) (T, error) {
	if f == nil {
		f = &failure{}
	}
	var none T
	select {
	case v := <-values:
		return v, nil
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-f.reported:
	case <-p.over:
	}
	select {
	case v := <-values:
		return v, nil
	default:
	}
	select {
	case <-f.reported:
		return none, f.err
	default:
		return none, p.err
	}
}
