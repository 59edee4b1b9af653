package files_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
)

func TestCopy(t *testing.T) {
	in := restoretest.Tar(t, folder("public"), folder("public/wp-content"), file("public/a", "inside"), file("a", "above"), link("public/l", "a"), hardLink("public/h", "public/a"), file("public/wp-content/b", "deep"))
	for path, want := range map[string]string{
		"a":            "inside",
		"public/a":     "inside",
		"wp-content/b": "deep",
		"l":            `get "l": it is a link to "a"; get that`,
		"h":            `get "h": it is a link to "public/a"; get that`,
		"wp-content":   `get "wp-content": it is a folder; give --to, the folder to write it to`,
		"none":         `get "none": the backup has no such file`,
		"wp-conten":    `get "wp-conten": the backup has no such file`,
	} {
		var out bytes.Buffer
		err := files.Copy(t.Context(), &out, bytes.NewReader(in), "public", path)
		got := out.String()
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for what, err := range map[string]error{
		"cancelled": files.Copy(cancelled, new(bytes.Buffer), bytes.NewReader(in), "public", "a"),
		"truncated": files.Copy(t.Context(), new(bytes.Buffer), bytes.NewReader(in[:len(in)-1800]), "public", "wp-content/b"),
		"not a tar": files.Copy(t.Context(), new(bytes.Buffer), strings.NewReader(strings.Repeat("x", 2048)), "public", "a"),
		"hostile":   files.Copy(t.Context(), new(bytes.Buffer), bytes.NewReader(restoretest.Tar(t, file("../a", "1"), file("a", "2"))), "", "a"),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func TestTake(t *testing.T) {
	in := restoretest.Tar(t, folder("up"), file("up/a", "1"), file("b", "2"))
	sum := int64(len(in))
	dir := filepath.Join(t.TempDir(), "new", "folder")
	take := func(ctx context.Context, in []byte, include ...string) error {
		_, err := files.Take(ctx, bytes.NewReader(in), dir, files.Options{MaxBytes: sum, Mapping: files.Mapping{Include: include}})
		return err
	}
	if err := take(t.Context(), in, "up"); err != nil {
		t.Fatal(err)
	}
	if err := take(t.Context(), in, "up/a", "b"); err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "b", "up/", "up/a"}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	// What exists is not replaced, and a damaged archive leaves nothing.
	if err := os.WriteFile(filepath.Join(dir, "b"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	more := restoretest.Tar(t, file("0", "1"), file("b", "2"), folder("locked"), file("locked/c", "3"))
	for what, err := range map[string]error{
		"a file of that name": take(t.Context(), more, "0", "b"),
		"cut":                 take(t.Context(), more[:len(more)-1800], "locked"),
		"cancelled":           take(cancelled, more, "0"),
	} {
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", what, err)
		}
	}
	mine, err := os.ReadFile(filepath.Join(dir, "b"))
	if got := tree(t, dir); !slices.Equal(got, want) || string(mine) != "mine" || err != nil {
		t.Errorf("%q, %q, %v", got, mine, err)
	}
	dir = filepath.Join(dir, "b")
	if err := take(t.Context(), in, "b"); err == nil {
		t.Error("a file is accepted as the folder")
	}
}

func TestMappingOfOtherFolders(t *testing.T) {
	m := files.Mapping{Root: "srv/site", Include: []string{"wp-content", "var/up/2026"}, Exclude: []string{"wp-content/cache"}, Others: map[string]string{"var/up": "uploads"}}
	for place, want := range map[string]bool{
		"site/wp-content/plugins": true, "site/wp-content": false, "site/wp-content/cache": false, "site/wp-content/cache/x": false, "site/wp-content/cached": true,
		"site/wp-admin": false, "uploads/2026": true, "uploads/2026/x": true, "uploads/2025": false, "outside/etc": false,
	} {
		if got := m.Covers(place); got != want {
			t.Errorf("%s is covered: %v", place, got)
		}
	}
	all := files.Mapping{Root: "srv/site", Exclude: []string{"srv/site/a"}, Others: m.Others}
	for place, want := range map[string]bool{"site": false, "site/a": false, "site/b": true, "uploads": true, "outside/x": true} {
		if got := all.Covers(place); got != want {
			t.Errorf("%s is covered: %v", place, got)
		}
	}
	in := restoretest.Tar(t, folder("var"), folder("var/up"), file("var/up/a", "1"), file("var/upper", "2"), folder("srv"), file("srv/site/b", "3"), file(".crontab", "4"))
	root := t.TempDir()
	open, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	to := map[string]files.Folder{"site": {Root: open, Name: "s"}, "uploads": {Root: open, Name: "u"}, "outside": {Root: open, Name: "o"}}
	if _, err := files.Extract(t.Context(), bytes.NewReader(in), to, files.Options{MaxBytes: 100, Mapping: files.Mapping{Root: "srv/site", Others: m.Others}}); err != nil {
		t.Fatal(err)
	}
	if got, want := tree(t, root), []string{"o/", "o/.crontab", "o/var/", "o/var/upper", "s/", "s/b", "u/", "u/a"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	delete(to, "outside")
	if _, err := files.Extract(t.Context(), bytes.NewReader(restoretest.Tar(t, file("etc/passwd", "1"))), to, files.Options{MaxBytes: 100, Mapping: files.Mapping{Root: "srv/site"}}); !errors.Is(err, files.ErrUnsafe) {
		t.Errorf("an entry without a folder for it: %v", err)
	}
}

func TestExtractWants(t *testing.T) {
	in := restoretest.Tar(t, file("a", "1"), file("b", "2"), hardLink("c", "a"))
	var linked string
	o := files.Options{
		Wants:    func(place string, _ *tar.Header) (bool, error) { return place != "site/a", nil },
		LinkKept: func(target, place string) error { linked = target + " " + place; return nil },
	}
	dir, sum, err := extract(t, in, o)
	if got := tree(t, dir); err != nil || !slices.Equal(got, []string{"site/", "site/b"}) || linked != "site/a site/c" || sum.Files != 2 {
		t.Errorf("%q, %s, %+v, %v", got, linked, sum, err)
	}
	for _, failure := range []error{fs.ErrNotExist, fs.ErrClosed} {
		o.LinkKept = func(string, string) error { return failure }
		if _, _, err := extract(t, in, o); err == nil {
			t.Errorf("%v is lost", failure)
		}
	}
	o.LinkKept = nil
	if _, _, err := extract(t, in, o); err == nil || !strings.Contains(err.Error(), "include it too") {
		t.Errorf("a link to a file that is not restored: %v", err)
	}
	o.Wants = func(string, *tar.Header) (bool, error) { return true, fs.ErrClosed }
	if _, _, err := extract(t, in, o); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("%v", err)
	}
}

// The archived owner is kept, but nothing ever belongs to root.
func TestOwners(t *testing.T) {
	owned := func(e entry, uid, gid int) entry { e.Uid, e.Gid = uid, gid; return e }
	in := restoretest.Tar(t, owned(folder("d"), 1234, 0), owned(file("d/f", "1"), 0, 1235), owned(link("l", "d"), 1<<32+1, -1), owned(file("new/g", "2"), 1236, 1<<32-1))
	dir, _, err := extract(t, in, files.Options{NumericOwner: true, UID: 2001, GID: 2002})
	if os.Geteuid() != 0 {
		if err == nil {
			t.Error("another user's file without an error")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]int{"d": {1234, 2002}, "d/f": {2001, 1235}, "l": {2001, 2002}, "new": {2001, 2002}, "new/g": {1236, 2002}} {
		var st unix.Stat_t
		if err := unix.Lstat(filepath.Join(dir, "site", name), &st); err != nil || int(st.Uid) != want[0] || int(st.Gid) != want[1] {
			t.Errorf("%s belongs to %d:%d, %v", name, st.Uid, st.Gid, err)
		}
	}
}

func TestExtractIsCancelled(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := files.Extract(ctx, bytes.NewReader(restoretest.Tar(t, file("a", "1"))), map[string]files.Folder{files.SiteFolder: {Root: root, Name: "."}}, files.Options{MaxBytes: 9}); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

func TestNamesOfEntries(t *testing.T) {
	long := strings.Repeat("x/", 2100) + "x"
	dir, _, err := extract(t, restoretest.Tar(t, folder("."), entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: "./"}}, file("./a", "1"), file(".crontab", "4"), entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: "./b/"}}), files.Options{})
	if got := tree(t, dir); err != nil || !slices.Equal(got, []string{"outside/", "outside/.crontab", "site/", "site/a", "site/b/"}) {
		t.Errorf("%q, %v", got, err)
	}
	if _, _, err := extract(t, restoretest.Tar(t, file(long, "1")), files.Options{}); !errors.Is(err, files.ErrUnsafe) || len(err.Error()) > 300 {
		t.Errorf("a name of %d bytes: %v", len(long), err)
	}
}

func TestTimesOfLinks(t *testing.T) {
	l := link("d/l", "gone")
	l.ModTime = time.Unix(1e9, 0)
	dir, _, err := extract(t, restoretest.Tar(t, l), files.Options{})
	info, err2 := os.Lstat(filepath.Join(dir, "site/d/l"))
	if err := errors.Join(err, err2); err != nil || !info.ModTime().Equal(l.ModTime) {
		t.Errorf("%v, %v", info, err)
	}
}
