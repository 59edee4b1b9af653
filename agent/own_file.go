package agent

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxOwnFile is the limit of a file that readOwnFile reads, in bytes.
const maxOwnFile = 1 << 20

// ReadOwnFile reads a small file of the operator. It must belong to the current user or
// to root. Other users must not be able to write to it or, if it is secret, to read it.
func ReadOwnFile(path string, secret bool) ([]byte, error) {
	return readOwnFile(path, secret, false)
}

// readOwnFile is ReadOwnFile that can also read a pipe, such as a shell's <(…).
func readOwnFile(path string, secret, pipe bool) ([]byte, error) {
	flags := os.O_RDONLY | syscall.O_NOCTTY
	if !pipe {
		flags |= syscall.O_NONBLOCK
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	uid := info.Sys().(*syscall.Stat_t).Uid
	switch mode := info.Mode(); {
	case !mode.IsRegular() && (!pipe || mode&fs.ModeNamedPipe == 0):
		return nil, fmt.Errorf("open %s: not a regular file", path)
	case uid != 0 && uid != uint32(os.Geteuid()):
		return nil, fmt.Errorf("open %s: it belongs to uid %d; its owner must be you or root", path, uid)
	case secret && mode.Perm()&0o077 != 0:
		return nil, fmt.Errorf("open %s: others can read it (mode %04o); run chmod 600 on it", path, mode.Perm())
	case mode.Perm()&0o022 != 0:
		return nil, fmt.Errorf("open %s: others can write to it (mode %04o); run chmod go-w on it", path, mode.Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxOwnFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(text) > maxOwnFile {
		return nil, fmt.Errorf("read %s: it is larger than %d bytes", path, maxOwnFile)
	}
	return text, nil
}
