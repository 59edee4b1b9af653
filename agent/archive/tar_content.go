package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// readSize is the size of one read, in bytes.
	readSize = 512 << 10
	// bigFile is the size in bytes from which a file's pages are dropped from the page
	// cache after reading, so that the pages that the site needs stay there.
	bigFile = 8 << 20
)

// A content reads a file's content. Its length is always the size in the header, even
// if the file changes.
type content struct {
	ctx    context.Context //nolint:containedctx // of one entry
	file   *os.File        // nil once closed
	info   fs.FileInfo
	left   int64  // bytes to come, from the file or zeros
	buf    []byte // shared by all contents of an archive
	ready  []byte // read from the file, not yet returned
	damage error  // why the content is not consistent; final once closed
}

// newContent also asks the kernel to read the beginning of the file ahead.
func newContent(ctx context.Context, f *os.File, info fs.FileInfo, buf []byte) *content {
	// An error of Fadvise has no consequences.
	if size := info.Size(); size > readSize {
		_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_SEQUENTIAL)
	} else if size > 0 {
		_ = unix.Fadvise(int(f.Fd()), 0, size, unix.FADV_WILLNEED)
	}
	return &content{ctx: ctx, file: f, info: info, left: info.Size(), buf: buf}
}

// Stat describes the file as its header does.
func (c *content) Stat() (fs.FileInfo, error) { return c.info, nil }

// Close checks whether the file has changed since its header was written, drops the
// pages of a big file, and closes it.
func (c *content) Close() error {
	if c.file == nil {
		return nil
	}
	if c.damage == nil {
		c.damage = c.check()
	}
	if c.info.Size() >= bigFile {
		_ = unix.Fadvise(int(c.file.Fd()), 0, 0, unix.FADV_DONTNEED) // as above
	}
	err := c.file.Close()
	c.file = nil
	return err
}

// Read reads the file, and zeros after its end or an error.
func (c *content) Read(p []byte) (int, error) {
	if len(c.ready) == 0 {
		if c.left == 0 {
			return 0, io.EOF
		}
		if err := c.ctx.Err(); err != nil {
			return 0, err
		}
		c.fill()
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// fill reads the next bytes into ready.
func (c *content) fill() {
	size := min(int64(len(c.buf)), c.left)
	piece := c.buf[:size]
	read := 0
	if c.damage == nil {
		var err error
		read, err = io.ReadFull(c.file, piece)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			c.damage = ErrShrank
		case err != nil:
			c.damage = fmt.Errorf("read at byte %d: %w", c.info.Size()-c.left+int64(read), reason(err))
		}
	}
	clear(piece[read:])
	c.left -= size
	c.ready = piece
}

// check returns an error if the file has changed since its header was written.
func (c *content) check() error {
	now, err := c.file.Stat()
	if err != nil {
		return reason(err)
	}
	switch {
	case now.Size() > c.info.Size():
		return ErrGrew
	case now.Size() < c.info.Size():
		return ErrChanged
	case !now.ModTime().Equal(c.info.ModTime()):
		return ErrChanged
	}
	return nil
}

// reason returns the error without its path, which callers add.
func reason(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// owner returns the owner of a file.
func owner(info fs.FileInfo) (uid, gid int, err error) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, errors.New("owner unknown")
	}
	return int(st.Uid), int(st.Gid), nil
}

// Errors of files that changed between their header and the end of their content. The
// entry stays well-formed.
var (
	// ErrShrank means that the file became shorter; the entry is padded with zeros.
	ErrShrank = errors.New("became shorter while it was read: the missing part is filled with zeros")
	// ErrGrew means that the file became longer; the entry is cut.
	ErrGrew = errors.New("became longer while it was read: archived up to its original length")
	// ErrChanged means that the file was written; the entry may contain old and new data.
	ErrChanged = errors.New("changed while it was read")
)
