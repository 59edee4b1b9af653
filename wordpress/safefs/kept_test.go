package safefs

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// The rights of a folder that is kept are read again for each path: the owner may change them.
func TestKeptFoldersAreGuarded(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"alice/a/b/file": "hers", "alice/a/b/other": "hers"})
	sitetest.Chown(t, base, nil) // the test needs root
	h := openHome(t, base+"/alice")
	h.Keep()
	h.Guard(0)
	file := base + "/alice/a/b/file"
	for _, change := range []struct {
		name string
		do   func(dir string) error
	}{
		{"mode", func(dir string) error { return os.Chmod(dir, 0o777) }},
		{"owner", func(dir string) error { return os.Chown(dir, sitetest.AliceID, -1) }},
	} {
		for _, dir := range []string{base + "/alice/a", base + "/alice/a/b"} {
			if _, err := h.Stat(file); err != nil {
				t.Fatalf("before: %v", err)
			}
			if err := change.do(dir); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{file, base + "/alice/a/b/other", base + "/alice/a/b/missing", base + "/alice/a/b"} {
				if _, err := h.Stat(path); !ambiguous(err) {
					t.Errorf("%s of %s changed, %s: got %v", change.name, dir, path, err)
				}
			}
			if err := errors.Join(os.Chmod(dir, 0o755), os.Chown(dir, 0, 0)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The status of a kept folder is read again for each path, also without a guard.
func TestKeptFoldersHaveTheirPresentStatus(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"alice/a/b/file": "hers"})
	h := openHome(t, base+"/alice")
	h.Keep()
	for _, mode := range []os.FileMode{0o700, 0o750, 0o755} {
		for _, dir := range []string{base + "/alice/a", base + "/alice/a/b"} {
			if err := os.Chmod(dir, mode); err != nil {
				t.Fatal(err)
			}
			if info, err := h.Stat(dir); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s has the mode %v, want %v (%v)", dir, info, mode, err)
			}
			if _, err := h.Stat(dir + "/missing"); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s/missing: got %v", dir, err)
			}
		}
	}
}

func ambiguous(err error) bool {
	several := (*AmbiguousOwnerError)(nil)
	return errors.As(err, &several)
}

// The guard reads the databases of groups and users once, and not for each path: they are long on a
// host with many tenants.
func TestGuardLooksGroupsUpOnce(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"alice/a/file": "hers"})
	sitetest.Chown(t, base, nil) // the test needs root
	if err := os.Chmod(base+"/alice/a", 0o775); err != nil {
		t.Fatal(err)
	}
	h := openHome(t, base+"/alice")
	h.Guard(0)
	n := testing.AllocsPerRun(10, func() {
		if _, err := h.Stat(base + "/alice/a/file"); err != nil {
			t.Fatal(err)
		}
	})
	if n > 40 {
		t.Errorf("the check of a path allocates %v times, as if it read /etc/passwd", n)
	}
}

// Whoever replaces a kept folder cannot lead a path to another folder, and a file in it is looked
// up again for each path.
func TestKeptFoldersStayTheSame(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"bob/file": "bob's", "alice/a/file": "hers", "alice/a/sub/file": "hers"})
	alice := base + "/alice"
	h := openHome(t, alice)
	h.Keep()
	for _, path := range []string{"/a/file", "/a/sub/file"} {
		if _, err := h.Stat(alice + path); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(
		os.Rename(alice+"/a", alice+"/old"), os.Symlink("../bob", alice+"/a"), os.Remove(alice+"/old/file"),
		os.Symlink("../../bob/file", alice+"/old/file"), os.Symlink("../../../bob/file", alice+"/old/sub/link"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{"/a/file": ErrOutside, "/a/sub/link": ErrOutside, "/a/sub/../file": ErrOutside, "/a/sub/file": nil, "/old/sub/file": nil} {
		if _, err := h.Stat(alice + path); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
}

// A site can name any number of folders.
func TestKeptFoldersAreFew(t *testing.T) {
	files := map[string]string{}
	for i := range 2 * maxKept {
		files[fmt.Sprintf("alice/%d/inner/file", i)] = ""
	}
	base := sitetest.Grow(t, files)
	h := openHome(t, base+"/alice")
	h.Keep()
	for range 2 {
		for name := range files {
			if _, err := h.Stat(base + "/" + name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(h.kept.folders); n != maxKept {
		t.Errorf("%d folders are kept, want %d", n, maxKept)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	noDescriptorsLeft(t)
}
