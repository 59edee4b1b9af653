package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/mholt/archives"
	"golang.org/x/sys/unix"
)

// An Entry is one member of a tar archive.
type Entry struct {
	Name     string      // components joined by "/"
	Info     fs.FileInfo // Sys is a *syscall.Stat_t
	Link     string      // the target of a symbolic link
	HardLink string      // the name of an earlier entry of the same file
	File     *os.File    // a regular file, open at its beginning; the receiver closes it
}

// Tar writes the entries that walk yields as a tar archive in the format of POSIX 2001.
// It calls damaged for every file whose archived content is not consistent, with one of
// the errors of this package or the read error, and goes on. It returns the first error
// of walk or w; then the archive has no end, and nothing more is written to w.
func Tar(ctx context.Context, w io.Writer, walk func(yield func(Entry) error) error, damaged func(name string, err error)) error {
	out := &output{w: bufio.NewWriterSize(w, writeSize)}
	t := &tarWriter{jobs: make(chan archives.ArchiveAsyncJob, maxAhead), ahead: filesAhead(), damaged: damaged, buf: make([]byte, readSize)}
	var writer sync.WaitGroup
	writer.Go(func() {
		// The entries handle cancellation, not ArchiveAsync: it would write the end of the
		// archive after a cancelled entry.
		_ = archives.Tar{Format: tar.FormatPAX}.ArchiveAsync(context.WithoutCancel(ctx), out, t.jobs)
	})
	err := walk(func(e Entry) error { return t.add(ctx, e) })
	if err == nil {
		err = t.await(0)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		out.stop()
	}
	close(t.jobs)
	writer.Wait()
	t.closePending()
	if err == nil {
		err = out.flush()
	}
	if failed := out.failure(); failed != nil && !errors.Is(failed, errStopped) {
		return failed
	}
	return err
}

// writeSize is the size of the write buffer: headers are small, and the writer may be a
// pipe.
const writeSize = 128 << 10

// Small files are opened before it is their turn, so that the kernel reads them ahead.
const (
	maxAhead  = 64        // files
	smallFile = 256 << 10 // bytes
)

// A tarWriter passes entries to ArchiveAsync, in order.
type tarWriter struct {
	jobs    chan archives.ArchiveAsyncJob
	pending []pendingEntry // passed, not yet known to be written
	damaged func(string, error)
	ahead   int    // maximum number of files that are open before their turn
	buf     []byte // for reading
}

// filesAhead uses only a part of the process's file descriptors: a file that cannot be
// opened because there are none left would be missing from the archive.
func filesAhead() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1
	}
	return int(min(maxAhead, limit.Cur/8))
}

type pendingEntry struct {
	name    string
	content *content // nil for entries without content
	result  chan error
}

// add passes one entry on.
func (t *tarWriter) add(ctx context.Context, e Entry) error {
	p := pendingEntry{name: e.Name, result: make(chan error, 1)}
	job := archives.ArchiveAsyncJob{Result: p.result}
	if e.File != nil {
		p.content = newContent(ctx, e.File, e.Info, t.buf)
		job.File.Open = func() (fs.File, error) { return p.content, nil }
	}
	info, err := newTarInfo(e)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if p.content != nil {
			_ = p.content.Close()
		}
		return fmt.Errorf("archive %q: %w", e.Name, err)
	}
	job.File.FileInfo, job.File.NameInArchive, job.File.LinkTarget = info, info.member, e.Link
	t.pending = append(t.pending, p)
	t.jobs <- job
	if e.File != nil && e.Info.Size() > smallFile {
		return t.await(0)
	}
	if len(t.pending) > t.ahead {
		return t.await(t.ahead / 2)
	}
	return nil
}

// await waits until at most limit entries are still to be written. It first waits for the last of
// the others, so that it wakes up once and not for each entry.
func (t *tarWriter) await(limit int) error {
	if n := len(t.pending) - limit; n > 0 {
		last := t.pending[n-1].result
		last <- <-last // it is received below
	}
	for len(t.pending) > limit {
		p := t.pending[0]
		if err := <-p.result; err != nil {
			return err
		}
		t.pending = t.pending[1:]
		if p.content != nil && p.content.damage != nil {
			t.damaged(p.name, p.content.damage)
		}
	}
	return nil
}

// closePending closes the files of entries that were not written.
func (t *tarWriter) closePending() {
	for _, p := range t.pending {
		if p.content != nil {
			_ = p.content.Close()
		}
	}
}

// A tarInfo is the input for a header. Its Sys is a *tar.Header, so that no user names
// are looked up and only the modification time is kept.
type tarInfo struct {
	fs.FileInfo
	member string
	header tar.Header
}

func newTarInfo(e Entry) (*tarInfo, error) {
	if e.Name == "" {
		return nil, errors.New("entry has no name")
	}
	i := &tarInfo{FileInfo: e.Info, member: e.Name}
	var err error
	if i.header.Uid, i.header.Gid, err = owner(e.Info); err != nil {
		return nil, err
	}
	switch mode := e.Info.Mode(); {
	case e.HardLink != "":
		i.header.Typeflag, i.header.Linkname = tar.TypeLink, e.HardLink
	case mode.IsDir():
		i.member += "/"
	case mode.IsRegular() && e.File == nil && e.Info.Size() > 0:
		return nil, errors.New("entry has no content")
	case !mode.IsRegular() && mode&fs.ModeSymlink == 0:
		return nil, fmt.Errorf("not a file, folder or link (%v)", mode)
	}
	return i, nil
}

// Sys is a header with the owner.
func (i *tarInfo) Sys() any { return &i.header }

// errStopped is the error of writes after the archive has failed.
var errStopped = errors.New("the archive has failed")

// An output is the writer below ArchiveAsync. It keeps the first error and writes nothing
// after it, in particular not the end of the archive. ArchiveAsync would not return an
// error of that write.
type output struct {
	w   *bufio.Writer
	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if err := o.failure(); err != nil {
		return 0, err
	}
	n, err := o.w.Write(p)
	if err != nil {
		o.fail(err)
	}
	return n, err
}

// flush writes the buffered data once the archive is complete.
func (o *output) flush() error {
	if err := o.failure(); err != nil {
		return err
	}
	return o.w.Flush()
}

func (o *output) stop() { o.fail(errStopped) }

func (o *output) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
}

func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
