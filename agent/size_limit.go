package agent

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/wp-oneway/wp-oneway/agent/source"
)

// A sizeLimit bounds the uncompressed size of a site: the bytes of all parts of one run.
// Sparse files and hard links can make it much larger than the disk.
type sizeLimit struct {
	limit int64 // 0 is none
	sent  atomic.Int64
}

// check fails if the bytes exceed the limit.
func (l *sizeLimit) check(bytes int64) error {
	if l.limit == 0 || bytes <= l.limit {
		return nil
	}
	return fmt.Errorf("the site is larger than %d bytes (limits.site_size), so nothing of it is stored; exclude files, or raise the limit", l.limit)
}

// guard returns part with its bytes counted.
func (l *sizeLimit) guard(part source.Part) source.Part {
	write := part.Write
	part.Write = func(ctx context.Context, w io.Writer) error { return write(ctx, &countedWriter{w, l}) }
	return part
}

// A countedWriter counts what it writes, and fails beyond the limit.
type countedWriter struct {
	w     io.Writer
	limit *sizeLimit
}

func (c *countedWriter) Write(p []byte) (int, error) {
	if err := c.limit.check(c.limit.sent.Add(int64(len(p)))); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// ReadFrom has w read r, if it can.
func (c *countedWriter) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(c.w, &countedReader{r, c.limit})
}

// A countedReader counts what is read from r, and fails beyond the limit.
type countedReader struct {
	r     io.Reader
	limit *sizeLimit
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if exceeded := c.limit.check(c.limit.sent.Add(int64(n))); exceeded != nil {
		return 0, exceeded
	}
	return n, err
}
