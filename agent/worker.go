package agent

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
)

// Worker is the whole life of a worker: it takes on the rights it is told to,
// and serves the one request it is sent over its inherited pipes. An error is one
// that could not be sent to the parent.
func Worker(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE)
	req, err := receive(os.NewFile(requestFD, "request"))
	if err != nil {
		return err
	}
	if len(req.Survey) > 0 {
		return serveSurvey(ctx, req.Survey, os.NewFile(eventsFD, "events"))
	}
	return serve(ctx, req, os.NewFile(eventsFD, "events"), map[string]io.WriteCloser{
		databaseStream: os.NewFile(databaseFD, databaseStream),
		filesStream:    os.NewFile(filesFD, filesStream),
	})
}

// receive takes on the rights that the parent tells first, and only then reads
// the request.
func receive(requests io.ReadCloser) (req Request, err error) {
	messages := json.NewDecoder(requests)
	var owner Owner
	if err := messages.Decode(&owner); err != nil {
		return req, fmt.Errorf("read whose rights to take: %w", err)
	}
	if err := owner.become(); err != nil {
		return req, fmt.Errorf("take the rights of uid %d: %w", owner.UID, err)
	}
	if err := messages.Decode(&req); err != nil {
		return req, fmt.Errorf("read the request: %w", err)
	}
	if err := requests.Close(); err != nil {
		return req, fmt.Errorf("read the request: %w", err)
	}
	return req, nil
}

// serve opens the site, writes its parts side by side, and reports.
func serve(ctx context.Context, req Request, events io.Writer, streams map[string]io.WriteCloser) error {
	out := newEventWriter(events)
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
	for i, name := range []string{databaseStream, filesStream} {
		if !req.Kind.has(name) || req.ConfigOnly || req.Plan || req.Check {
			continue
		}
		parts.Go(func() { errs[i] = servePart(ctx, site.Part(name), streams[name], out) })
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

// servePart writes a part to its pipe, closes it, and says how it ended.
func servePart(ctx context.Context, part Part, pipe io.WriteCloser, out *eventWriter) error {
	written := &counter{w: pipe}
	err := part.Write(ctx, written)
	end := partEnd{Name: part.Name, Bytes: written.n, Error: newRemoteError(err)}
	if err := out.send(event{Part: &end}); err != nil {
		return err
	}
	return pipe.Close()
}

// An eventWriter sends events, one at a time.
type eventWriter struct {
	mu sync.Mutex
	w  *json.Encoder
}

func newEventWriter(w io.Writer) *eventWriter {
	e := &eventWriter{w: json.NewEncoder(w)}
	e.w.SetEscapeHTML(false) // it would make six bytes of one
	return e
}

func (e *eventWriter) send(v event) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.w.Encode(v); err != nil {
		return fmt.Errorf("send the parent an event: %w", err)
	}
	return nil
}

// A counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
