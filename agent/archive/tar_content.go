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
	// readSize is how much is read of a file at once.
	readSize = 512 << 10
	// bigFile is the size from which a file's pages are given back after reading:
	// a backup should not push what the site needs out of the page cache.
	bigFile = 8 << 20
)

// A content is a file's content, of exactly the size its header announces,
// whatever happens to the file.
type content struct {
	ctx    context.Context //nolint:containedctx // of one entry
	file   *os.File        // nil once closed
	info   fs.FileInfo
	left   int64  // still to be read from the file, or made up
	buf    []byte // shared by all that are read one after the other
	ready  []byte // read and not yet taken
	damage error  // set once closed: why this is not what the file held at one moment
}

// newContent asks the kernel to have the file's beginning ready.
func newContent(ctx context.Context, f *os.File, info fs.FileInfo, buf []byte) *content {
	// Advice: nothing depends on it.
	if size := info.Size(); size > readSize {
		_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_SEQUENTIAL)
	} else if size > 0 {
		_ = unix.Fadvise(int(f.Fd()), 0, size, unix.FADV_WILLNEED)
	}
	return &content{ctx: ctx, file: f, info: info, left: info.Size(), buf: buf}
}

// Stat describes the file as its header does.
func (c *content) Stat() (fs.FileInfo, error) { return c.info, nil }

// Close looks whether the file has changed since its header was made, gives a
// big file's pages back, and closes it.
func (c *content) Close() error {
	if c.file == nil {
		return nil
	}
	if c.damage == nil {
		c.damage = c.check()
	}
	if c.info.Size() >= bigFile {
		_ = unix.Fadvise(int(c.file.Fd()), 0, 0, unix.FADV_DONTNEED) // advice: nothing depends on it
	}
	err := c.file.Close()
	c.file = nil
	return err
}

// Read reads the file, and zeros where there is none of it any more.
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

// fill reads the next piece.
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
			c.damage = fmt.Errorf("read from its byte %d on: %w", c.info.Size()-c.left+int64(read), reason(err))
		}
	}
	clear(piece[read:])
	c.left -= size
	c.ready = piece
}

// check says whether the content is what the file held at one moment.
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

// reason is an error without the path it names, which callers know better.
func reason(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// owner is who a file belongs to.
func owner(info fs.FileInfo) (uid, gid int, err error) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, errors.New("its owner is not known")
	}
	return int(st.Uid), int(st.Gid), nil
}
