// Package restore brings a run back: it reads the streams of the run side by side, lets each
// part put its content beside the site, and puts all of it into use at the end.
package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
)

// A Part brings back one stream of a run. The methods are called in the order in which they
// are declared. Until Switch, the site stays as it is.
type Part interface {
	// Stream is the name of the stream, such as manifest.DatabaseStream.
	Stream() string
	// Check examines the target, and refuses what cannot be restored into. It changes nothing.
	Check(ctx context.Context) error
	// Stage reads the stream, and puts its content beside what is in use. What it reads is
	// proven to be what was backed up only when reading ends in io.EOF; the caller reads on
	// to there.
	Stage(ctx context.Context, in io.Reader) error
	// Switch puts what is staged into use. It is called once all parts are staged and all
	// streams are proven. If the program is killed before Commit, the next restore first puts
	// back what was in use.
	Switch(ctx context.Context) error
	// Revert undoes Switch, because of an error of another part. The error that it returns
	// says so, and contains that one.
	Revert(ctx context.Context, cause error) error
	// Commit ends the restore, once all parts are switched; also if the context has ended.
	Commit(ctx context.Context) error
	// Close removes what is staged and not in use. It is always called.
	Close() error
}

// Options say how a run is restored.
type Options struct {
	Dry      bool  // nothing is switched
	MaxRatio int64 // how many times its stored size a large stream may have
}

// Run restores parts of a run. They are switched in the order of the arguments.
func Run(ctx context.Context, reader *content.Reader, run *catalog.Run, o Options, parts ...Part) (err error) {
	defer func() {
		for _, p := range parts {
			err = errors.Join(err, p.Close())
		}
	}()
	for _, p := range parts {
		if err := checkRatio(run, p.Stream(), o.MaxRatio); err != nil {
			return err
		}
		if err := p.Check(ctx); err != nil {
			return err
		}
	}
	group, staging := errgroup.WithContext(ctx)
	for _, p := range parts {
		group.Go(func() error { return stage(staging, reader, run, p) })
	}
	if err := group.Wait(); err != nil || o.Dry {
		return err
	}
	for i, p := range parts {
		if err := p.Switch(ctx); err != nil {
			for _, done := range slices.Backward(parts[:i]) {
				err = done.Revert(ctx, err)
			}
			return err
		}
	}
	for _, p := range parts {
		if err := p.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}

// largeStream is the length in bytes from which on the ratio of a stream is limited.
const largeStream = 1 << 30

// checkRatio refuses a small object that says that it unpacks to an endless stream.
func checkRatio(run *catalog.Run, stream string, limit int64) error {
	if run.Manifest == nil {
		return nil // opening it says why
	}
	var raw, stored int64
	for _, s := range run.Manifest.Streams {
		if s.Name == stream {
			raw = s.RawBytes
		}
	}
	for _, o := range run.Manifest.Objects {
		if o.Stream == stream {
			stored += o.Bytes
		}
	}
	if ratio := raw / max(stored, 1); raw > largeStream && ratio > limit {
		return fmt.Errorf("restore the %s of %s: %d bytes would unpack to %d times their size; if you expect that, allow it with --max-ratio %d", stream, run.Path(), stored, ratio, ratio+1)
	}
	return nil
}

// stage stages one part, and reads its stream to the end.
func stage(ctx context.Context, reader *content.Reader, run *catalog.Run, p Part) error {
	in, err := reader.Open(ctx, run, p.Stream())
	if err != nil {
		return err
	}
	defer in.Close()
	if err := p.Stage(ctx, in); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}
