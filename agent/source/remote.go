package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// copySize is how much is read from the pipe of a stream at once, in bytes.
const copySize = 256 << 10

// A remoteSite is read by a worker.
type remoteSite struct {
	*process
	facts    Facts
	opened   chan Facts
	ends     map[string]chan partEnd
	findings chan Findings
	seen     map[string]bool // kinds of events
	watchdog *watchdog
}

// streamFD returns the worker's descriptor for a stream.
func streamFD(name string) int {
	if name == manifest.DatabaseStream {
		return databaseFD
	}
	return filesFD
}

// openRemote opens the site in a worker with the rights of its owner.
func openRemote(ctx context.Context, req Request, owner Owner, w *watchdog) (*remoteSite, error) {
	r := &remoteSite{
		watchdog: w,
		opened:   make(chan Facts, 1), findings: make(chan Findings, 1), seen: map[string]bool{},
		ends: map[string]chan partEnd{manifest.DatabaseStream: make(chan partEnd, 1), manifest.FilesStream: make(chan partEnd, 1)},
	}
	temp := req.openTemp()
	var err error
	r.process, err = startWorker(ctx, owner, order{Site: &req}, maxEvent, r.handle, temp, databaseFD, filesFD)
	if temp != nil {
		_ = temp.Close() // nothing was written
	}
	if err != nil {
		return nil, err
	}
	w.watchWorker(r.isStopped)
	if r.facts, err = receive(ctx, r.process, r.opened); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
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
		return e.Error
	case e.Facts != nil:
		r.opened <- *e.Facts
	case e.Findings != nil:
		r.findings <- *e.Findings
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
		pipe := r.streams[streamFD(name)]
		defer pipe.Close()
		defer context.AfterFunc(ctx, func() { _ = pipe.Close() })()
		n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{pipe}, make([]byte, copySize))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		end, err := receive(ctx, r.process, r.ends[name])
		if err != nil {
			return err
		}
		return end.check(n)
	}}
}

func (r *remoteSite) Findings(ctx context.Context) (Findings, error) {
	return receive(ctx, r.process, r.findings)
}

// Close stops the worker.
func (r *remoteSite) Close() error { return r.stop() }

// streamFiles returns the worker's own ends of its streams.
func streamFiles() map[string]io.WriteCloser {
	return map[string]io.WriteCloser{
		manifest.DatabaseStream: os.NewFile(databaseFD, manifest.DatabaseStream),
		manifest.FilesStream:    os.NewFile(filesFD, manifest.FilesStream),
	}
}
