package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// pipeSize is the buffer asked of the kernel for a stream's pipe, in bytes:
	// the most an unprivileged process may have by default.
	pipeSize = 1 << 20
	// copySize is how much is taken from a stream's pipe at once.
	copySize = 256 << 10
)

// A remote is a source in a worker: this binary, started again with an empty
// environment, which takes on the rights of the site's owner before it does
// anything else.
type remote struct {
	cmd     *exec.Cmd
	cancel  context.CancelFunc
	facts   Facts
	opened  chan Facts
	streams map[string]*os.File
	ends    map[string]chan partEnd
	found   chan Findings
	over    chan struct{} // closed once the worker can say no more
	err     error         // why; valid once over is closed
	stderr  tail
}

// startWorker opens the site of req in a worker with its owner's rights. It is
// told of the site only once it has them.
func startWorker(ctx context.Context, req Request, owner Owner) (*remote, error) {
	life, cancel := context.WithCancel(ctx)
	r := &remote{
		cancel: cancel, opened: make(chan Facts, 1), streams: map[string]*os.File{},
		ends:  map[string]chan partEnd{databaseStream: make(chan partEnd, 1), filesStream: make(chan partEnd, 1)},
		found: make(chan Findings, 1), over: make(chan struct{}),
	}
	r.cmd = workerProcess(life, &r.stderr)
	if err := r.start(life, req, owner); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	var err error
	if r.facts, err = await(ctx, r, r.opened); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// start makes the pipes, in the order of the worker's descriptors, starts it
// and sends the request.
func (r *remote) start(ctx context.Context, req Request, owner Owner) error {
	pipes := make([]*os.File, 0, 8)
	for range 4 {
		reader, writer, err := os.Pipe()
		if err != nil {
			close(r.over)
			return fmt.Errorf("make the worker's pipes: %w", err)
		}
		pipes = append(pipes, reader, writer)
	}
	requests, events := pipes[1], pipes[2]
	r.streams[databaseStream], r.streams[filesStream] = pipes[4], pipes[6]
	r.cmd.ExtraFiles = []*os.File{pipes[0], pipes[3], pipes[5], pipes[7]}
	for _, s := range r.streams {
		widen(s)
	}
	err := r.cmd.Start()
	for _, f := range r.cmd.ExtraFiles {
		_ = f.Close()
	}
	if err != nil {
		r.err = err
		close(r.over)
		return fmt.Errorf("start the worker for uid %d: %w", owner.UID, err)
	}
	go r.listen(ctx, events)
	messages := json.NewEncoder(requests)
	if err = messages.Encode(owner); err == nil {
		err = messages.Encode(req)
	}
	if err := errors.Join(err, requests.Close()); err != nil {
		r.cancel()
		<-r.over
		return fmt.Errorf("send the worker its request: %w", errors.Join(r.err, err)) // its own reason first
	}
	return nil
}

// widen enlarges a pipe's buffer; a small one only costs time, so a refusal is fine.
func widen(f *os.File) {
	if c, err := f.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) })
	}
}

// listen sorts the worker's events until there are no more, or nobody wants them,
// then reaps it.
func (r *remote) listen(ctx context.Context, events *os.File) {
	defer close(r.over)
	stop := closeWith(ctx, events)
	err := r.sort(bufio.NewReaderSize(events, 64<<10))
	stop()
	_ = events.Close() // it may be closed already
	if !errors.Is(err, io.EOF) {
		r.cancel()
	}
	linger := time.AfterFunc(deathDelay, r.cancel) // what it dies of by itself tells more
	dead := r.cmd.Wait()
	linger.Stop()
	r.cancel()
	switch {
	case !errors.Is(err, io.EOF):
		r.err = err
	case dead != nil:
		r.err = fmt.Errorf("the worker died: %w%s", dead, r.stderr.note())
	default:
		r.err = errors.New("the worker ended before its work was done")
	}
}

// sort hands the worker's events to who waits for them. Each comes once, and has
// room in its channel.
func (r *remote) sort(events *bufio.Reader) error {
	seen := map[string]bool{}
	for {
		e, err := readEvent(events)
		if err != nil {
			return err
		}
		kind := e.kind()
		if seen[kind] {
			return fmt.Errorf("the worker sent %s twice", kind)
		}
		seen[kind] = true
		switch {
		case e.Error != nil:
			return e.Error
		case e.Facts != nil:
			r.opened <- *e.Facts
		case e.Findings != nil:
			r.found <- *e.Findings
		case r.ends[e.Part.Name] == nil:
			return errors.New("the worker sent the end of an unknown part")
		default:
			r.ends[e.Part.Name] <- *e.Part
		}
	}
}

// closeWith closes a pipe once ctx is over: a worker that hangs in the kernel, on a
// network's file say, is killed and yet keeps its ends open.
func closeWith(ctx context.Context, pipe *os.File) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = pipe.Close() })
}

// Facts is what the worker found when it opened the site.
func (r *remote) Facts() Facts { return r.facts }

// Part is a stream of the worker's; it ends well only if the worker says so, and
// says the same length.
func (r *remote) Part(name string) Part {
	return Part{Name: name, Write: func(ctx context.Context, w io.Writer) error {
		pipe := r.streams[name]
		defer pipe.Close()
		defer closeWith(ctx, pipe)()
		n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{pipe}, make([]byte, copySize))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		end, err := await(ctx, r, r.ends[name])
		if err != nil {
			return err
		}
		return end.check(n)
	}}
}

// await waits for what the worker says in a channel, though it be the last it said.
func await[T any](ctx context.Context, r *remote, said chan T) (T, error) {
	var none T
	select {
	case v := <-said:
		return v, nil
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-r.over:
	}
	select {
	case v := <-said:
		return v, nil
	default:
		return none, r.err
	}
}

func (e *partEnd) check(received int64) error {
	if e.Error != nil {
		return e.Error
	}
	if e.Bytes != received {
		return fmt.Errorf("the worker wrote %d bytes and %d arrived", e.Bytes, received)
	}
	return nil
}

// Findings waits for what the worker found.
func (r *remote) Findings(ctx context.Context) (Findings, error) {
	return await(ctx, r, r.found)
}

// deathDelay is how long a worker that was killed may take to die: one that hangs
// in the kernel dies when the kernel lets it.
const deathDelay = 2 * time.Second

// Close ends the worker, whatever it does, and waits for its end.
func (r *remote) Close() error {
	r.cancel()
	select {
	case <-r.over:
	case <-time.After(deathDelay):
	}
	for _, s := range r.streams {
		_ = s.Close() // it may be closed already
	}
	return nil
}
