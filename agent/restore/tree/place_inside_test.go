package tree

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A child process that is being started while a place is closed has a copy of the open box. It must
// not hold the lock.
func TestCloseUnlocksWhileAChildStarts(t *testing.T) {
	t.Parallel()
	p, err := openPlace(filepath.Join(t.TempDir(), "site"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.makeBox(); err != nil {
		t.Fatal(err)
	}
	inherited, err := unix.Dup(int(p.boxFile.Fd())) // the same open file, as after fork
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(inherited)
	p.close()

	next, err := openPlace(p.path)
	if err != nil {
		t.Fatal(err)
	}
	defer next.close()
	if err := next.makeBox(); err != nil {
		t.Fatal(err)
	}
}
