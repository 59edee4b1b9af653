package sinks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// mountFaulty mounts a file system with faults. back holds its files.
func mountFaulty(t *testing.T, faults lab.FileSystemFaults) (dir, back string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("mounting a file system needs /dev/fuse")
	}
	dir, back = t.TempDir(), t.TempDir()
	unmount, err := lab.MountFaultyFS(back, dir, faults)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unmount(); err != nil {
			t.Error(err)
		}
	})
	return dir, back
}

// NFS without locks answers ENOLCK, others ENOSYS or EINVAL. The sink goes on, with one
// warning, and removes no file that may be another run's.
func TestDirWithoutLocks(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOLCK, syscall.ENOSYS, syscall.ENOTSUP, syscall.EINVAL, syscall.EIO} {
		dir, back := mountFaulty(t, lab.FileSystemFaults{Flock: errno})
		old, living := ".wp-oneway-"+strings.Repeat("A", 26)+".tmp", ".wp-oneway-"+strings.Repeat("B", 26)+".tmp"
		for _, name := range []string{old, living} {
			if err := os.WriteFile(filepath.Join(back, name), []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		week := time.Now().Add(-abandonedAfter)
		if err := os.Chtimes(filepath.Join(back, old), week, week); err != nil {
			t.Fatal(err)
		}
		s := openTestDir(t, dir)
		var log bytes.Buffer
		s.o.Logger = logTo(&log)
		for _, name := range []string{"a", "b"} {
			if _, err := s.Put(t.Context(), name, strings.NewReader("text")); err != nil {
				t.Errorf("%v: %v", errno, err)
			}
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("%v: %d warnings: %s", errno, n, &log)
		}
		left, err := os.ReadDir(back)
		if err != nil || len(left) != 3 || left[0].Name() != living {
			t.Errorf("%v: the folder holds %v, %v", errno, left, err)
		}
	}
}

// CIFS before Linux 4.17 answers EINVAL to fsync of a folder, other shares ENOTSUP. Any
// other error may mean that the name is not on the disk.
func TestDirWithoutFolderSync(t *testing.T) {
	for errno, works := range map[syscall.Errno]bool{syscall.EINVAL: true, syscall.ENOTSUP: true, syscall.EIO: false} {
		dir, _ := mountFaulty(t, lab.FileSystemFaults{SyncDir: errno})
		s := openTestDir(t, filepath.Join(dir, "backups"))
		if _, err := s.Put(t.Context(), "site/a", strings.NewReader("text")); (err == nil) != works {
			t.Errorf("%v: %v", errno, err)
		}
	}
}

// Other processes that lock or remove every temporary file end the creation with an
// error, and a cancelled context does too.
func TestDirTemporaryFileIsCreatedABoundedNumberOfTimes(t *testing.T) {
	dir := t.TempDir()
	s := openTestDir(t, dir)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTestCancelled)
	if _, err := s.createTemp(ctx, "."); !errors.Is(err, errTestCancelled) {
		t.Errorf("cancelled: %v", err)
	}
	faulty, back := mountFaulty(t, lab.FileSystemFaults{Flock: syscall.EWOULDBLOCK})
	s = openTestDir(t, faulty)
	if _, err := s.Put(t.Context(), "a", io.LimitReader(strings.NewReader("text"), 4)); err == nil || !strings.Contains(err.Error(), "other processes") {
		t.Errorf("every file is locked: %v", err)
	}
	if left, err := os.ReadDir(back); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

var errTestCancelled = errors.New("the test cancels")
