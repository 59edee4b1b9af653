package source

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// openTemp opens the temporary file for a worker. The worker cannot open it: its
// environment is empty, and its user may not be allowed to write to the folder. If it
// cannot be opened, the worker reports that once it needs the file; nil is returned.
func (r *Request) openTemp() *os.File {
	if r.Mode == ConfigOnly || !r.Kind.Has(manifest.DatabaseStream) {
		r.TempError = "a configuration is read without a temporary file"
		return nil
	}
	f, err := dump.OpenTemp(r.TempDir)
	if err != nil {
		r.TempError = err.Error()
		return nil
	}
	r.TempFile = true
	return f
}

// limitFileSize limits the files that the worker can write to half of the free space where
// temp is, so that no tenant's tables fill the operator's disk. The worker must still have
// root's rights.
func (p *process) limitFileSize(temp *os.File) error {
	free, err := freeSpace(temp)
	if err != nil {
		return err
	}
	p.fileLimit = free / 2
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: p.fileLimit, Max: p.fileLimit}, nil); err != nil {
		return fmt.Errorf("limit the size of files: %w", err)
	}
	return nil
}

// mayWrite reports whether the worker's file limit leaves a quarter of the free space on the
// file system of temp. temp may be nil.
func (p *process) mayWrite(temp *os.File) bool {
	if temp == nil {
		return true
	}
	free, err := freeSpace(temp)
	return err == nil && p.fileLimit > 0 && p.fileLimit <= free/4*3
}

// freeSpace is the free space where an open file is, in bytes.
func freeSpace(f *os.File) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return 0, fmt.Errorf("read the free space for temporary files: %w", err)
	}
	return st.Bavail * uint64(st.Bsize), nil //nolint:gosec // a block's size is positive
}
