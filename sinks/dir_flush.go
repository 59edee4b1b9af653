package sinks

import (
	"os"

	"golang.org/x/sys/unix"
)

const flushWindow = 32 << 20

// A flusher starts to write each window of a file to the disk when it is full,
// waits for the one before, and lets the kernel forget that. It is a courtesy:
// where the file system refuses, the fsync at the end still does it all.
type flusher struct {
	file  *os.File
	begun int64 // the start of the window that fills
}

// wrote is called with the size of the file after each write.
func (f *flusher) wrote(size int64) {
	for size-f.begun >= flushWindow {
		fd := int(f.file.Fd())
		_ = unix.SyncFileRange(fd, f.begun, flushWindow, unix.SYNC_FILE_RANGE_WRITE)
		if last := f.begun - flushWindow; last >= 0 {
			const wait = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
			_ = unix.SyncFileRange(fd, last, flushWindow, wait)
			_ = unix.Fadvise(fd, last, flushWindow, unix.FADV_DONTNEED)
		}
		f.begun += flushWindow
	}
}
