package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// Worker is the main function of a worker process. It drops its privileges,
// carries out one order from the inherited pipes and returns. It returns only errors
// that could not be sent to the parent.
func Worker(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE)
	// If the memory of the host runs out, the kernel kills the worker before the site's
	// server and the agent. It may be refused in a container; the backup goes on.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("900"), 0o600)
	for fd := orderFD; fd <= tempFD; fd++ {
		syscall.CloseOnExec(fd) // the site's PHP does not get them
	}
	o, err := receiveOrder(os.NewFile(orderFD, "order"))
	if err != nil {
		return err
	}
	events := os.NewFile(eventsFD, "events")
	if o.Site == nil {
		return serveSurvey(ctx, o.Survey, events)
	}
	return serveSite(ctx, *o.Site, events, streamFiles())
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

// receiveOrder reads the owner, drops its privileges to those of the owner, limits its
// memory, and only then reads the order.
func receiveOrder(pipe io.ReadCloser) (o order, err error) {
	messages := json.NewDecoder(pipe)
	var owner Owner
	if err := messages.Decode(&owner); err != nil {
		return o, fmt.Errorf("read the owner: %w", err)
	}
	if err := owner.dropPrivileges(); err != nil {
		return o, fmt.Errorf("become uid %d: %w", owner.UID, err)
	}
	if err := limitMemory(); err != nil {
		return o, err
	}
	if err := messages.Decode(&o); err != nil {
		return o, fmt.Errorf("read the order: %w", err)
	}
	if err := pipe.Close(); err != nil {
		return o, fmt.Errorf("read the order: %w", err)
	}
	return o, nil
}

// serveSite opens the site, writes its parts at the same time, and sends the findings.
func serveSite(ctx context.Context, req Request, events io.Writer, streams map[string]io.WriteCloser) error {
	out := newEventWriter(events)
	req.Dump.Waiting = func(waiting bool) {
		_ = out.send(event{Waiting: &waiting}) // if the parent is gone, the next event fails
	}
	req.Dump.Temp = func() (*os.File, error) {
		if !req.TempFile {
			return nil, errors.New(req.TempError)
		}
		return os.NewFile(tempFD, "the temporary file"), nil
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
	for i, name := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		if req.Kind.Has(name) && req.Mode == Backup {
			parts.Go(func() { errs[i] = servePart(ctx, site.Part(name), streams[name], out) })
		}
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
