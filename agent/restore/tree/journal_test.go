package tree_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
)

// killed restores a tar, and stops as if the program were killed before Commit. It returns the
// box of the switch.
func killed(t *testing.T, in []byte, o tree.Options) (box string) {
	t.Helper()
	o.Bytes = int64(len(in))
	o.Say, o.Warn = func(string) {}, func(string) {}
	o.Change = func(tree.Change) error { return nil }
	o.User = func(uid uint32) (tree.User, error) { return tree.User{UID: uid, GID: uid}, nil }
	r := tree.New(o)
	err := r.Check(t.Context())
	if err == nil {
		err = r.Stage(t.Context(), bytes.NewReader(in))
	}
	if err == nil {
		err = r.Switch(t.Context())
	}
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	left := boxes(t, o.Path)
	if len(left) != 1 {
		t.Fatalf("left: %q", left)
	}
	return filepath.Join(filepath.Dir(o.Path), left[0])
}

// A restore that was killed at any point of the switch is undone by the next restore, or by
// Undo.
func TestKilledWhileSwitching(t *testing.T) {
	t.Parallel()
	in := restoretest.Tar(t, folder("."), file("index.php", "new"))
	second := restoretest.Tar(t, folder("."), file("index.php", "second"))
	for name, back := range map[string]func(path, box string) error{
		"after the switch":  func(string, string) error { return nil },
		"before the switch": func(path, box string) error { return exchange(path, filepath.Join(box, "site")) },
		"in the middle, without exchange": func(path, box string) error {
			return unix.Rename(path, filepath.Join(box, "site.new"))
		},
	} {
		for _, undo := range []bool{false, true} {
			target, before := oldSite(t)
			o := tree.Options{Path: target, Root: ".", Overwrite: tree.Always, Delete: true}
			box := killed(t, in, o)
			if err := back(target, box); err != nil {
				t.Fatal(name, err)
			}
			if _, err := tree.Confirm(target, nil); err == nil || !strings.Contains(err.Error(), "--undo") {
				t.Errorf("%s: confirm: %v", name, err)
			}
			dry := o
			dry.Dry = true
			if _, err := restore(t, second, dry); err == nil || !strings.Contains(err.Error(), "--undo") {
				t.Errorf("%s: dry run: %v", name, err)
			}
			if !undo {
				if _, err := restore(t, second, o); err != nil {
					t.Errorf("%s: second restore: %v", name, err)
				}
				equal(t, name, texts(t, target), map[string]string{"index.php": "second"})
			}
			if _, err := tree.Undo(target, nil); err != nil {
				t.Errorf("%s: undo: %v", name, err)
			}
			equal(t, name+", undone", texts(t, target), before)
			if left := boxes(t, target); undo && len(left) > 0 {
				t.Errorf("%s: left %q", name, left)
			}
		}
	}
}

// The same if nothing was at the target before: the second restore needs no --overwrite.
func TestKilledInANewFolder(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), "site")
	o := tree.Options{Path: target, Root: "."}
	killed(t, restoretest.Tar(t, folder("."), file("index.php", "new")), o)
	if _, err := restore(t, restoretest.Tar(t, folder("."), file("index.php", "second")), o); err != nil {
		t.Fatal(err)
	}
	equal(t, "site", texts(t, target), map[string]string{"index.php": "second"})
	if left := boxes(t, target); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// If the operator has put something else at the target since, it is not touched.
func TestKilledAndRepairedByHand(t *testing.T) {
	t.Parallel()
	target, before := oldSite(t)
	box := killed(t, restoretest.Tar(t, folder("."), file("index.php", "new")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always, Delete: true})
	if err := unix.Rename(target, target+".bad"); err != nil {
		t.Fatal(err)
	}
	lay(t, target, map[string]string{"index.php": "by hand"})
	_, err := restore(t, restoretest.Tar(t, folder("."), file("index.php", "second")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always})
	if err == nil || !strings.Contains(err.Error(), filepath.Base(box)) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	equal(t, "site", texts(t, target), map[string]string{"index.php": "by hand"})
	equal(t, "old site", texts(t, filepath.Join(box, "site")), before)
}

func exchange(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}
