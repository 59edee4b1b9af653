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
	File     *os.File    // a regular file, open at its beginning; whom the entry is given to closes it
}

// Tar writes the entries that walk yields as a tar archive in the format of POSIX
// 2001. It calls damaged for every file whose content in the archive is not what
// the file held at one moment, with one of the errors of this package or what
// the reading failed with, and goes on. It returns the first error of walk or of
// w; the archive is then without its end, and w is written to no more.
func Tar(ctx context.Context, w io.Writer, walk func(yield func(Entry) error) error, damaged func(name string, err error)) error {
	out := &tail{w: bufio.NewWriterSize(w, writeSize)}
	t := &tarWriter{jobs: make(chan archives.ArchiveAsyncJob, mostAhead), ahead: filesAhead(), damaged: damaged, buf: make([]byte, readSize)}
	var writer sync.WaitGroup
	writer.Go(func() {
		// To cancel is ours: once it is in the middle of an entry, the archive's end
		// must not follow, and ArchiveAsync would write it.
		_ = archives.Tar{Format: tar.FormatPAX}.ArchiveAsync(context.WithoutCancel(ctx), out, t.jobs)
	})
	err := walk(func(e Entry) error { return t.add(ctx, e) })
	if err == nil {
		err = t.settle(0)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		out.stop()
	}
	close(t.jobs)
	writer.Wait()
	t.drop()
	if err == nil {
		err = out.flush()
	}
	if failed := out.failure(); failed != nil && !errors.Is(failed, errStopped) {
		return failed
	}
	return err
}

// writeSize is how much is gathered before it is handed on: headers are small,
// and what lies beneath may be a pipe.
const writeSize = 128 << 10

// Small files are opened ahead of the one that is written, so that the disk has
// their content ready by then.
const (
	mostAhead = 64
	smallFile = 256 << 10
)

// A tarWriter hands entries to the archive's writer, in order.
type tarWriter struct {
	jobs    chan archives.ArchiveAsyncJob
	pending []pendingEntry // handed over, not yet known to be written
	damaged func(string, error)
	ahead   int    // how many files may be open ahead
	buf     []byte // the reading's
}

// filesAhead leaves most of what this process may hold open to the others: a file
// that cannot be opened for want of a descriptor would be missing.
func filesAhead() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1
	}
	return int(min(mostAhead, limit.Cur/8))
}

type pendingEntry struct {
	name    string
	content *content // nil for what is no file with content
	result  chan error
}

// add hands one entry over.
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
		return t.settle(0)
	}
	return t.settle(t.ahead)
}

// settle waits until no more than that many entries are still to be written.
func (t *tarWriter) settle(most int) error {
	for len(t.pending) > most {
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

// drop closes the files of entries that were not written.
func (t *tarWriter) drop() {
	for _, p := range t.pending {
		if p.content != nil {
			_ = p.content.Close()
		}
	}
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
	w   *bufio.Writer
	mu  sync.Mutex
	err error
}

func (t *tail) Write(p []byte) (int, error) {
	if err := t.failure(); err != nil {
		return 0, err
	}
	n, err := t.w.Write(p)
	if err != nil {
		t.fail(err)
	}
	return n, err
}

// flush hands on what is still held, once the archive is whole.
func (t *tail) flush() error {
	if err := t.failure(); err != nil {
		return err
	}
	return t.w.Flush()
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
