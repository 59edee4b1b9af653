package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Worker is the main function of a worker process. It drops its privileges, and executes the
// orders that it receives until there are no more. It returns only errors that could not be
// sent to the parent.
func Worker(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE)
	// If the memory of the host runs out, the kernel kills the worker before the site's
	// server and the agent. A container may forbid this; the backup continues.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("900"), 0o600)
	for fd := orderFD; fd <= eventsFD; fd++ {
		syscall.CloseOnExec(fd) // the site's PHP does not get them
	}
	events := os.NewFile(eventsFD, "events")
	return serve(os.NewFile(orderFD, "orders"), func(o order, streams []*os.File) error {
		return o.serve(ctx, events, streams)
	})
}

// serve reads the owner from the socket, drops its privileges to those of the owner, limits
// its memory, and only then reads orders. work closes the descriptors of its order.
func serve(socket *os.File, work func(o order, streams []*os.File) error) error {
	conn, err := unixConn(socket)
	if err != nil {
		return fmt.Errorf("open the order socket: %w", err)
	}
	defer conn.Close()
	var owner Owner
	if _, err := receiveMessage(conn, &owner); err != nil {
		return fmt.Errorf("read the owner: %w", err)
	}
	if err := owner.dropPrivileges(); err != nil {
		return fmt.Errorf("change to uid %d: %w", owner.UID, err)
	}
	if err := limitMemory(); err != nil {
		return err
	}
	for {
		var o order
		streams, err := receiveMessage(conn, &o)
		if err == nil {
			err = work(o, streams)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("execute an order: %w", err)
		}
	}
}

// serve executes the order and reports its end. By then all its files are closed and its
// goroutines have ended, because the next order may be for another site.
func (o *order) serve(ctx context.Context, events io.Writer, streams []*os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := newEventWriter(events, o.Number)
	var err error
	if o.Site == nil {
		err = serveSurvey(ctx, o.Survey, out)
	} else {
		err = serveSite(ctx, *o.Site, out, streams)
	}
	for _, f := range streams {
		_ = f.Close() // closed already, if its part was written
	}
	if err != nil {
		return err
	}
	return out.send(event{Done: true})
}

// The bounds of a worker's memory, in bytes: half of the host's, within these. The largest
// row that a server can send takes 2 GiB.
const (
	leastMemory = 1 << 30
	mostMemory  = 4 << 30
)

// limitMemory limits the memory of this process, and of the PHP that it starts. A tenant's
// database server can send rows of any size. The limit is on data: a limit on the address
// space would stop Go's runtime, which reserves more than it uses.
func limitMemory() error {
	var host unix.Sysinfo_t
	if err := unix.Sysinfo(&host); err != nil {
		return fmt.Errorf("read the size of the memory: %w", err)
	}
	limit := min(max(host.Totalram*uint64(host.Unit)/2, leastMemory), mostMemory)
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &now); err != nil {
		return fmt.Errorf("read the limit of the memory: %w", err)
	}
	limit = min(limit, now.Max)
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("limit the memory: %w", err)
	}
	return nil
}

// serveSite opens the site, writes its parts at the same time, and sends the findings.
// streams are those of streamNames, and the temporary file if the request says so.
func serveSite(ctx context.Context, req Request, out *eventWriter, streams []*os.File) error {
	names := req.streamNames()
	want := len(names)
	if req.TempFile {
		want++
	}
	if len(streams) != want {
		return fmt.Errorf("an order came with %d descriptors", len(streams))
	}
	req.Dump.Waiting = func(waiting bool) {
		_ = out.send(event{Waiting: &waiting}) // if the parent is gone, the next event fails
	}
	req.Dump.Temp = func() (*os.File, error) {
		if !req.TempFile {
			return nil, errors.New(req.TempError)
		}
		return streams[len(names)], nil
	}
	site, err := openLocal(ctx, req, slog.New(slog.DiscardHandler))
	if err != nil {
		return out.send(event{Error: newRemoteError(err)})
	}
	defer site.Close()
	facts := site.Facts()
	if err := out.send(event{Facts: &facts}); err != nil {
		return err
	}
	var (
		parts sync.WaitGroup
		errs  [2]error
	)
	for i, name := range names {
		parts.Go(func() { errs[i] = servePart(ctx, site.Part(name), streams[i], out) })
	}
	parts.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	findings, err := site.Findings(ctx)
	if err != nil {
		return out.send(event{Error: newRemoteError(err)})
	}
	return out.send(event{Findings: &findings})
}

// servePart writes a part to its pipe, reports its end, and closes the pipe.
func servePart(ctx context.Context, part Part, pipe io.WriteCloser, out *eventWriter) error {
	counter := &countingWriter{w: pipe}
	err := part.Write(ctx, counter)
	end := partEnd{Name: part.Name, Bytes: counter.n, Error: newRemoteError(err)}
	if err := out.send(event{Part: &end}); err != nil {
		return err
	}
	return pipe.Close()
}

// A countingWriter counts the bytes written to w.
type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
