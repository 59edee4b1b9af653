package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/mholt/archives"
)

// What becomes of an entry whose file changed between its header and its end.
// The entry stays well-formed.
var (
	// ErrShrank: the file became shorter; the entry is padded with zeros.
	ErrShrank = errors.New("became shorter while it was read: what is missing is filled with zeros")
	// ErrGrew: the file became longer; the entry is cut.
	ErrGrew = errors.New("became longer while it was read: archived up to its former length")
	// ErrChanged: the file was written to; the entry may hold some of both.
	ErrChanged = errors.New("changed while it was read")
)

// An Entry is one member of a tar archive.
type Entry struct {
	Name     string      // components joined by "/"
	Info     fs.FileInfo // Sys tells the owner, as a *syscall.Stat_t
	Link     string      // a symbolic link's target
	HardLink string      // the name of an earlier entry that is the same file
	File     *os.File    // a regular file's content, from where it stands; the caller closes it
}

// Tar writes the entries that walk yields as a tar archive in the format of POSIX
// 2001. It calls damaged for every file whose content in the archive is not what
// the file held at one moment, with one of the errors of this package or what
// the reading failed with, and goes on. It returns the first error of walk or of
// w; the archive is then without its end, and w is written to no more.
func Tar(ctx context.Context, w io.Writer, walk func(yield func(Entry) error) error, damaged func(name string, err error)) error {
	out := &tail{w: w}
	t := &tarWriter{ctx: ctx, jobs: make(chan archives.ArchiveAsyncJob), damaged: damaged, buf: newReadBuffer()}
	var writer sync.WaitGroup
	writer.Go(func() {
		// Cancelling is ours: once it is in the middle of an entry, the archive's end
		// must not follow, and ArchiveAsync would write it.
		_ = archives.Tar{Format: tar.FormatPAX}.ArchiveAsync(context.WithoutCancel(ctx), out, t.jobs)
	})
	err := walk(t.add)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		out.stop()
	}
	close(t.jobs)
	writer.Wait()
	if failed := out.failure(); failed != nil && !errors.Is(failed, errStopped) {
		return failed
	}
	return err
}

// A tarWriter hands entries to the archive's writer, one at a time.
type tarWriter struct {
	ctx     context.Context //nolint:containedctx // of one call of Tar
	jobs    chan archives.ArchiveAsyncJob
	damaged func(string, error)
	buf     *readBuffer
}

// add writes one entry.
func (t *tarWriter) add(e Entry) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	info, err := newTarInfo(e)
	if err != nil {
		return fmt.Errorf("archive %q: %w", e.Name, err)
	}
	result := make(chan error, 1)
	job := archives.ArchiveAsyncJob{
		File:   archives.FileInfo{FileInfo: info, NameInArchive: info.member, LinkTarget: e.Link},
		Result: result,
	}
	var content *content
	if e.File != nil {
		content = t.buf.open(t.ctx, e.File, e.Info)
		job.File.Open = func() (fs.File, error) { return content, nil }
	}
	t.jobs <- job
	if err := <-result; err != nil {
		return err
	}
	if content == nil {
		return nil
	}
	if err := content.check(); err != nil {
		if ctxErr := t.ctx.Err(); ctxErr != nil {
			return ctxErr
		}
		t.damaged(e.Name, err)
	}
	return nil
}

// tarInfo is what the archive's writer makes a header of. Its Sys is a
// *tar.Header, so that no name of a user is looked up and no time but the
// modification's is kept.
type tarInfo struct {
	fs.FileInfo
	member string
	header tar.Header
}

func newTarInfo(e Entry) (*tarInfo, error) {
	if e.Name == "" {
		return nil, errors.New("it has no name")
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
		return nil, errors.New("its content is missing")
	case !mode.IsRegular() && mode&fs.ModeSymlink == 0:
		return nil, fmt.Errorf("it is no file, folder or link (%v)", mode)
	}
	return i, nil
}

// Sys is the owner's part of the header.
func (i *tarInfo) Sys() any { return &i.header }

// errStopped is what the archive's writer gets once the archive has failed.
var errStopped = errors.New("the archive has failed")

// A tail is the writer beneath a tar writer. It remembers the first failure and
// lets nothing pass after it: the archive's end least of all, whose failure, or
// success, ArchiveAsync would not tell.
type tail struct {
	w   io.Writer
	mu  sync.Mutex
	err error
}

func (t *tail) Write(p []byte) (int, error) {
	if err := t.failure(); err != nil {
		return 0, err
	}
	n, err := t.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		t.fail(err)
	}
	return n, err
}

func (t *tail) stop() { t.fail(errStopped) }

func (t *tail) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

func (t *tail) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}
