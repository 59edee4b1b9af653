// Package restore restores a run. It reads the streams of the run in parallel. Each part first
// stages its content beside the site; at the end, all parts switch to the new content.
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

// A Part restores one stream of a run. The methods are called in the order in which they
// are declared. Until Switch, the site is unchanged.
type Part interface {
	// Stream is the name of the stream, such as manifest.DatabaseStream.
	Stream() string
	// Check returns an error if the target is not one to restore into. It changes nothing.
	Check(ctx context.Context) error
	// Stage reads the stream, and writes its content beside what is in use. The content is
	// verified only when reading ends in io.EOF. If Stage stops reading before that, its caller
	// reads the rest.
	Stage(ctx context.Context, in io.Reader) error
	// Switch puts the staged content into use. It is called once all parts are staged and all
	// streams are verified. If the program is killed before Commit, the next restore first
	// restores what was in use before.
	Switch(ctx context.Context) error
	// Revert undoes Switch because another part failed with the error cause. The error that it
	// returns wraps cause, and says that Switch was undone.
	Revert(ctx context.Context, cause error) error
	// Commit completes the restore once all parts are switched, even if the context has ended.
	Commit(ctx context.Context) error
	// Close removes staged content that is not in use. It is always called.
	Close() error
}

// Options say how a run is restored.
type Options struct {
	Dry      bool  // stage, but switch nothing
	MaxRatio int64 // maximum ratio of a large stream's length to its stored size
}

// Run restores the given parts of a run. It switches them in the order of the arguments.
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

// largeStream is the length in bytes from which MaxRatio applies to a stream.
const largeStream = 1 << 30

// checkRatio returns an error if a small object is said to decompress to a huge stream.
func checkRatio(run *catalog.Run, stream string, limit int64) error {
	if run.Manifest == nil {
		return nil // opening the stream returns the error
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
