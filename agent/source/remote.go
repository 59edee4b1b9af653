package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// doneDelay is how long a worker that has sent everything may take to close the site.
const doneDelay = 10 * time.Second

// A remoteSite is read by a worker.
type remoteSite struct {
	process  *process
	workers  *Workers
	streams  map[string]*os.File // reading ends
	facts    Facts
	opened   chan Facts
	ends     map[string]chan partEnd
	findings chan Findings
	seen     map[string]bool // kinds of events
	watchdog *watchdog

	failure failure
	ending  atomic.Bool   // nothing but the end of the order is missing
	done    chan struct{} // closed when the order is done
	release func() bool   // from then on, the end of the run does not kill the worker
}

// streamNames are the streams that the request asks for, in the order of their
// descriptors.
func (r *Request) streamNames() (names []string) {
	for _, name := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		if r.Mode == Backup && r.Kind.Has(name) {
			names = append(names, name)
		}
	}
	return names
}

// openRemote opens the site in a worker with the rights of its owner.
func openRemote(ctx context.Context, req Request, owner Owner, w *watchdog) (*remoteSite, error) {
	temp := req.openTemp()
	if temp != nil {
		defer temp.Close() // nothing was written
	}
	if kept := req.Workers.acquire(owner, temp); kept != nil {
		r, err := openIn(ctx, kept, req, temp, w)
		if err == nil {
			return r, nil
		}
		// The worker may have died since the last site, or may be about to die.
		if kept.answered() || ctx.Err() != nil {
			return nil, err
		}
	}
	p, err := startWorker(ctx, owner, maxEvent, temp)
	if err != nil {
		return nil, err
	}
	r, err := openIn(ctx, p, req, temp, w)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// openIn opens the site in a worker that waits for an order. With an error, the site is
// closed.
func openIn(ctx context.Context, p *process, req Request, temp *os.File, w *watchdog) (r *remoteSite, err error) {
	r = &remoteSite{
		process: p, watchdog: w, workers: req.Workers, streams: map[string]*os.File{},
		opened: make(chan Facts, 1), findings: make(chan Findings, 1), seen: map[string]bool{}, failure: failure{reported: make(chan struct{})}, done: make(chan struct{}),
		ends: map[string]chan partEnd{manifest.DatabaseStream: make(chan partEnd, 1), manifest.FilesStream: make(chan partEnd, 1)},
	}
	r.release = context.AfterFunc(ctx, p.kill)
	w.watchWorker(p.isStopped)
	if err = r.order(ctx, req, temp); err == nil {
		r.facts, err = receive(ctx, p, &r.failure, r.opened)
	}
	if err != nil {
		err = errors.Join(err, r.Close())
	}
	return r, err
}

// order gives the worker the order for the site, with the descriptors of its streams and
// of its temporary file.
func (r *remoteSite) order(ctx context.Context, req Request, temp *os.File) error {
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			_ = f.Close() // nothing was written
		}
	}()
	for _, name := range req.streamNames() {
		reader, writer, err := os.Pipe()
		if err != nil {
			return fmt.Errorf("create a pipe for the worker: %w", err)
		}
		enlarge(reader)
		r.streams[name] = reader
		theirs = append(theirs, writer)
	}
	files := theirs
	if temp != nil {
		files = append(slices.Clone(theirs), temp)
	}
	return r.process.give(ctx, order{Site: &req}, r.handle, files...)
}

// handle passes an event on to its receiver. Each kind of event but lock waits comes once,
// so that the channels always have room.
func (r *remoteSite) handle(e event) error {
	if e.Waiting != nil {
		return r.watchdog.announce(*e.Waiting)
	}
	kind := e.kind()
	if r.seen[kind] {
		return fmt.Errorf("worker sent %s twice", kind)
	}
	r.seen[kind] = true
	switch {
	case e.Error != nil:
		r.failure.err = e.Error
		r.ending.Store(true)
		close(r.failure.reported)
	case e.Facts != nil:
		r.opened <- *e.Facts
	case e.Findings != nil:
		r.ending.Store(true)
		r.findings <- *e.Findings
	case e.Done && !r.ending.Load():
		return errEarlyEnd
	case e.Done:
		close(r.done)
	case r.ends[e.Part.Name] == nil:
		return errors.New("worker sent the end of an unknown part")
	default:
		r.ends[e.Part.Name] <- *e.Part
	}
	return nil
}

func (r *remoteSite) Facts() Facts { return r.facts }

// Part returns a stream of the worker. It ends without an error only if the worker
// reports that it ended so, with the length that arrived.
func (r *remoteSite) Part(name string) Part {
	return Part{Name: name, Write: func(ctx context.Context, w io.Writer) error {
		pipe := r.streams[name]
		defer pipe.Close()
		defer context.AfterFunc(ctx, func() { _ = pipe.Close() })()
		n, err := io.Copy(w, struct{ io.Reader }{pipe}) // w reads into its own memory
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		end, err := receive(ctx, r.process, &r.failure, r.ends[name])
		if err != nil {
			return err
		}
		return end.check(n)
	}}
}

func (r *remoteSite) Findings(ctx context.Context) (Findings, error) {
	return receive(ctx, r.process, &r.failure, r.findings)
}

// Close ends the order. The worker is kept for the next site if it has finished with this
// one, and is stopped otherwise.
func (r *remoteSite) Close() error {
	for _, s := range r.streams {
		_ = s.Close() // may be closed already
	}
	if r.workers != nil && r.ending.Load() {
		select {
		case <-r.done:
		case <-r.process.over:
		case <-time.After(doneDelay):
		}
	}
	select {
	case <-r.done:
		if r.release() {
			r.workers.keep(r.process)
			return nil
		}
	default:
	}
	return r.process.stop()
}
