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

// limitFileSize limits the files that a worker can write to half of the free space where
// temp is, so that no tenant's tables fill the operator's disk.
func limitFileSize(pid int, temp *os.File) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(temp.Fd()), &st); err != nil {
		return fmt.Errorf("read the free space for temporary files: %w", err)
	}
	room := st.Bavail * uint64(st.Bsize) / 2 //nolint:gosec // a block's size is positive
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: room, Max: room}, nil); err != nil {
		return fmt.Errorf("limit the size of files: %w", err)
	}
	return nil
}
