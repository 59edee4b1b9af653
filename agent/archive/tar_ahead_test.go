package archive

import (
	"testing"

	"github.com/mholt/archives"
	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// The walk and the writer of small files do not wait for each other at each file. The walk waits
// only when many files are open, and then until half of them are written.
func TestWalkWaitsForManyFilesAtOnce(t *testing.T) {
	w := &tarWriter{jobs: make(chan archives.ArchiveAsyncJob, maxAhead), ahead: maxAhead, damaged: func(string, error) {}}
	go func() {
		for job := range w.jobs {
			job.Result <- nil
		}
	}()
	defer close(w.jobs)
	info := &safefs.FileInfo{Base: "dir"}
	info.Stat.Mode = unix.S_IFDIR | 0o755
	waits := 0
	for range 10 * maxAhead {
		before := len(w.pending)
		if err := w.add(t.Context(), Entry{Name: "dir", Info: info}); err != nil {
			t.Fatal(err)
		}
		switch n := len(w.pending); {
		case n <= before:
			waits++
		case n > maxAhead:
			t.Fatalf("%d files are open", n)
		}
	}
	if waits > 20 {
		t.Errorf("the walk waits %d times for %d entries", waits, 10*maxAhead)
	}
	if err := w.await(0); err != nil || len(w.pending) > 0 {
		t.Errorf("%d entries are pending at the end (%v)", len(w.pending), err)
	}
}
