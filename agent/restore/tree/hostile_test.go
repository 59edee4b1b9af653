package tree_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// oldSite makes a site that a broken restore must not change, and returns its content.
func oldSite(t testing.TB) (target string, before map[string]string) {
	t.Helper()
	target = filepath.Join(t.TempDir(), "site")
	before = map[string]string{"index.php": "old", "wp-content/a": "old", "mine": "mine", "out": "→/etc"}
	lay(t, target, before)
	return target, before
}

// untouched fails unless a site is as before and nothing is beside it.
func untouched(t testing.TB, target string, before map[string]string) {
	t.Helper()
	equal(t, "site", texts(t, target), before)
	if entries, err := os.ReadDir(filepath.Dir(target)); err != nil || len(entries) != 1 {
		t.Errorf("beside the site: %v, %v", entries, err)
	}
	if _, err := os.Lstat("/etc/wp-oneway-evil"); err == nil {
		t.Error("written through a link")
	}
}

// Tars that no agent writes change nothing, and each gives an error of one line.
func TestHostileTarsLeaveTheSite(t *testing.T) {
	t.Parallel()
	device := entry{Header: tar.Header{Typeflag: tar.TypeChar, Name: "d", Devmajor: 1, Devminor: 3}}
	deep := strings.Repeat("a/", 3000) + "b"
	for name, in := range map[string][]byte{
		"root is a file":         restoretest.Tar(t, file("public", "x")),
		"root is a link":         restoretest.Tar(t, link("public", "/etc")),
		"root is a link, used":   restoretest.Tar(t, link("public", "/etc"), file("public/wp-oneway-evil", "x")),
		"root is a hard link":    restoretest.Tar(t, file("x", "x"), hardLink("public", "x")),
		"outside is a link":      restoretest.Tar(t, link("x", "/etc"), file("x/wp-oneway-evil", "x")),
		"through a link inside":  restoretest.Tar(t, link("public/out", "/etc"), file("public/out/wp-oneway-evil", "x")),
		"through a link outside": restoretest.Tar(t, link("public/o", "../x"), file("public/o/wp-oneway-evil", "x")),
		"device":                 restoretest.Tar(t, device),
		"parent":                 restoretest.Tar(t, file("public/../../evil", "x")),
		"very deep":              restoretest.Tar(t, file(deep, "x")),
		"name twice":             restoretest.Tar(t, file("public/a", "x"), file("public/a", "y")),
		"hard link to outside":   restoretest.Tar(t, file("x", "x"), hardLink("public/y", "../x")),
		"hard link to nothing":   restoretest.Tar(t, hardLink("public/y", "public/x")),
		"hard link to a link":    restoretest.Tar(t, link("public/x", "/etc/passwd"), hardLink("public/y", "public/x")),
		"larger than stated":     restoretest.Tar(t, file("public/a", strings.Repeat("x", 1<<20))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, before := oldSite(t)
			o := tree.Options{Path: target, Root: "public", Overwrite: tree.Always}
			if name == "larger than stated" {
				o.Bytes = 1000
				in = in[:len(in):len(in)]
			}
			err := restoreStated(t, in, o)
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			untouched(t, target, before)
		})
	}
}

// restoreStated restores a tar. If o.Bytes is set, it is the length that the manifest states.
func restoreStated(t testing.TB, in []byte, o tree.Options) error {
	t.Helper()
	if o.Bytes == 0 {
		_, err := restore(t, in, o)
		return err
	}
	quiet := func(string) {}
	o.Say, o.Warn, o.Change = quiet, quiet, func(tree.Change) error { return nil }
	o.User = func(uid uint32) (tree.User, error) { return tree.User{UID: uid, GID: uid}, nil }
	target := tree.New(o)
	err := target.Check(t.Context())
	if err == nil {
		err = target.Stage(t.Context(), bytes.NewReader(in))
	}
	if err == nil {
		err = target.Switch(t.Context())
	}
	return errors.Join(err, target.Close())
}

// A stream that breaks at any point leaves the site as it was, and a second restore succeeds.
// The restore returns the error of the stream.
func TestInterruptedRestores(t *testing.T) {
	t.Parallel()
	in := restoretest.Tar(t, folder("."), file("index.php", strings.Repeat("new", 1000)), folder("wp-content"), file("wp-content/b", "new"), link("l", "mine"), file("z", strings.Repeat("z", 5000)))
	target, before := oldSite(t)
	broken := errors.New("the disk of the store is on fire")
	o := tree.Options{Path: target, Root: ".", Overwrite: tree.Always}
	for n := 0; n < len(in); n += 257 {
		stream := io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(broken))
		if err := stageOnly(t, stream, o, int64(len(in))); !errors.Is(err, broken) {
			t.Errorf("%d bytes: %v", n, err)
		}
		untouched(t, target, before)
	}
	if _, err := restore(t, in, o); err != nil {
		t.Error(err)
	}
}

// stageOnly stages a stream as restore.Run does, and does not switch.
func stageOnly(t testing.TB, in io.Reader, o tree.Options, length int64) error {
	t.Helper()
	quiet := func(string) {}
	o.Say, o.Warn, o.Change, o.Bytes = quiet, quiet, func(tree.Change) error { return nil }, length
	o.User = func(uid uint32) (tree.User, error) { return tree.User{UID: uid, GID: uid}, nil }
	target := tree.New(o)
	err := target.Check(t.Context())
	if err == nil {
		err = target.Stage(t.Context(), in)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, in)
	}
	return errors.Join(err, target.Close())
}

// A restore removes the box of a killed restore, but not the box of a running one.
func TestFoldersOfKilledAndRunningRestores(t *testing.T) {
	t.Parallel()
	target, before := oldSite(t)
	stale := filepath.Join(filepath.Dir(target), ".site.wp-oneway-restore-0123abcd")
	lay(t, stale, map[string]string{"site/x": "x", "site/deep/y": "y", ".wp-oneway": ""})
	other := filepath.Join(filepath.Dir(target), ".site2.wp-oneway-restore-0123abcd")
	lay(t, other, map[string]string{"x": "x"})
	lock, err := os.Open(stale)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	in, o := restoretest.Tar(t, folder("."), file("index.php", "new")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always}
	if _, err := restore(t, in, o); err == nil || !strings.Contains(err.Error(), "another restore") {
		t.Errorf("while another one runs: %v", err)
	}
	equal(t, "site", texts(t, target), before)
	if _, err := os.Stat(filepath.Join(stale, "site/deep/y")); err != nil {
		t.Error(err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := restore(t, in, o); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("what an interrupted restore has left is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

// If root restores, symlinks that a tenant has planted in his site are not followed, and the
// tenant owns the restored files. The archive cannot make root the owner of a file.
func TestRestoreIntoATenantsSite(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it restores with the rights of another user")
	}
	const tenant = 12345
	dir := t.TempDir()
	for path := dir; path != "/tmp" && path != "/"; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(dir, "secret")
	lay(t, dir, map[string]string{"secret/x": "secret", "site/wp-content": "→" + secret, "site/a": "→" + secret + "/x", "site/keep": "→" + secret, "site/mine": "mine"})
	target := filepath.Join(dir, "site")
	for _, name := range []string{"", "wp-content", "a", "keep", "mine"} {
		if err := os.Lchown(filepath.Join(target, name), tenant, tenant); err != nil {
			t.Fatal(err)
		}
	}
	rootFile, huge := file("mode", "x"), file("huge", "x")
	rootFile.Mode = 0o6755
	huge.Uid, huge.Gid = 1<<32, 1<<32
	other := file("other", "x")
	other.Uid, other.Gid = 2345, 2346
	in := restoretest.Tar(t, folder("."), folder("wp-content"), file("wp-content/x", "new"), file("a", "new"), rootFile, huge, other)
	for _, numeric := range []bool{false, true} {
		t.Run(fmt.Sprintf("numeric %v", numeric), func(t *testing.T) {
			if _, err := restore(t, in, tree.Options{Path: target, Root: ".", Overwrite: tree.Always, NumericOwner: numeric, Setuid: true}); err != nil {
				t.Fatal(err)
			}
			equal(t, "site", texts(t, target), map[string]string{"wp-content/x": "new", "a": "new", "keep": "→" + secret, "mine": "mine", "mode": "x", "huge": "x", "other": "x"})
			equal(t, "secret", texts(t, secret), map[string]string{"x": "secret"})
			for _, name := range []string{"", "wp-content", "wp-content/x", "a", "mode", "huge", "other", "mine"} {
				var st unix.Stat_t
				want := [2]uint32{tenant, tenant}
				if numeric && name == "other" {
					want = [2]uint32{2345, 2346}
				}
				if err := unix.Lstat(filepath.Join(target, name), &st); err != nil || [2]uint32{st.Uid, st.Gid} != want {
					t.Errorf("%q belongs to %d:%d, want %v (%v)", name, st.Uid, st.Gid, want, err)
				}
			}
		})
	}
	if st, err := os.Stat(filepath.Join(dir, boxes(t, target)[0])); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("what was there: %v, %v", st, err)
	}
}

// A folder of root's in a tenant's home is not removed, even if the tenant gives it the name of
// a box.
func TestRestoreKeepsFoldersOfRoot(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it tests what only root could remove")
	}
	for _, mark := range []string{"restore-", "old-2026-11-30_03-00-00Z-"} {
		target, before := oldSite(t)
		roots := filepath.Join(filepath.Dir(target), ".site.wp-oneway-"+mark+"0123abcd")
		lay(t, roots, map[string]string{"site/backup": "precious"})
		var err error
		if mark == "restore-" {
			_, err = restore(t, restoretest.Tar(t, folder("."), file("index.php", "new")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always})
		} else {
			_, err = tree.Confirm(target, nil)
		}
		if err == nil || !strings.Contains(err.Error(), "belongs to root") {
			t.Errorf("%s: %v", mark, err)
		}
		equal(t, "site", texts(t, target), before)
		equal(t, "root's folder", texts(t, roots), map[string]string{"site/backup": "precious"})
	}
}

// A full disk leaves the site as it was.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a small file system")
	}
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	target := filepath.Join(disk, "site")
	before := map[string]string{"index.php": "old", "mine": "mine"}
	lay(t, target, before)
	in := restoretest.Tar(t, folder("."), file("index.php", strings.Repeat("new", 100<<10)), file("b", "b"))
	_, err := restore(t, in, tree.Options{Path: target, Root: ".", Overwrite: tree.Always})
	if err == nil || !strings.Contains(err.Error(), "the files need") {
		t.Errorf("with too little space: %v", err)
	}
	untouched(t, target, before)
	// With --overwrite if-changed, the space needed is not known before.
	_, err = restore(t, in, tree.Options{Path: target, Root: ".", Overwrite: tree.IfChanged})
	if err == nil || !strings.Contains(err.Error(), "the disk is full") || strings.Contains(err.Error(), "\n") {
		t.Errorf("on a full disk: %v", err)
	}
	untouched(t, target, before)
	if _, err := restore(t, in, tree.Options{Path: disk, Root: ".", Overwrite: tree.Always}); err == nil || !strings.Contains(err.Error(), "mount point") {
		t.Errorf("onto a mount point: %v", err)
	}
}

// If the file system cannot exchange two folders, they are renamed.
func TestWithoutExchange(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a file system")
	}
	mnt := t.TempDir()
	unmount, err := lab.MountFaultyFS(t.TempDir(), mnt, lab.FileSystemFaults{Exchange: unix.EINVAL})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unmount(); err != nil {
			t.Error(err)
		}
	}()
	target := filepath.Join(mnt, "site")
	before := map[string]string{"index.php": "old", "mine": "mine"}
	lay(t, target, before)
	if _, err := restore(t, restoretest.Tar(t, folder("."), file("index.php", "new")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always}); err != nil {
		t.Fatal(err)
	}
	equal(t, "site", texts(t, target), map[string]string{"index.php": "new", "mine": "mine"})
	if _, err := tree.Undo(target, nil); err != nil {
		t.Fatal(err)
	}
	equal(t, "undone", texts(t, target), before)
}

// A mount below the site gives an error; it is not left out silently.
func TestMountInTheSite(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a file system")
	}
	target, before := oldSite(t)
	if err := unix.Mount(filepath.Join(target, "wp-content"), filepath.Join(target, "wp-content"), "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Unmount(filepath.Join(target, "wp-content"), 0); err != nil {
			t.Error(err)
		}
	}()
	_, err := restore(t, restoretest.Tar(t, folder("."), file("index.php", "new")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always})
	if err == nil || !strings.Contains(err.Error(), "another file system") {
		t.Errorf("error %v", err)
	}
	untouched(t, target, before)
}

// A restore that is stopped leaves the site as it was.
func TestStoppedRestore(t *testing.T) {
	t.Parallel()
	target, before := oldSite(t)
	ctx, stop := context.WithCancelCause(t.Context())
	why := errors.New("terminated")
	in := restoretest.Tar(t, folder("."), file("index.php", "new"), file("b", strings.Repeat("b", 1<<20)))
	quiet := func(string) {}
	r := tree.New(tree.Options{
		Path: target, Root: ".", Overwrite: tree.Always, Bytes: int64(len(in)), Say: quiet, Warn: quiet, Change: func(tree.Change) error { return nil },
		User: func(uid uint32) (tree.User, error) { return tree.User{UID: uid, GID: uid}, nil },
	})
	if err := r.Check(ctx); err != nil {
		t.Fatal(err)
	}
	stopping := readerFunc(func(p []byte) (int, error) {
		stop(why)
		return copy(p, in), nil
	})
	if err := r.Stage(ctx, stopping); err == nil {
		t.Error("no error")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	untouched(t, target, before)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
