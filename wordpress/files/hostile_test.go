package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Entries that cannot be read are reported by name. The rest is archived.
func TestWalkUnreadable(t *testing.T) {
	if !sitetest.AsNobody(t) {
		return
	}
	base := sitetest.Grow(t, map[string]string{
		"html/wp-config.php":            "config",
		"html/wp-content/uploads/a.jpg": "a",
		"html/wp-content/uploads/b.jpg": "b",
		"html/wp-content/shut/x":        "x",
		"html/wp-content/blind/x":       "x",
		"html/wp-content/z":             "z",
		"html/wp-content/cache/x":       "x",
	})
	for path, mode := range map[string]os.FileMode{"uploads/a.jpg": 0, "shut": 0, "blind": 0o400, "cache": 0} {
		path := base + "/html/wp-content/" + path
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
	}
	got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{})
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable,
		"wp-content/blind/x: permission denied", "wp-content/shut: permission denied", "wp-content/uploads/a.jpg: permission denied")
	sitetest.WantNotes(t, "warnings", got.report.Warnings)
	if got.content["wp-content/uploads/b.jpg"] != "b" || got.content["wp-content/z"] != "z" {
		t.Errorf("got %q", got.entries)
	}
	if err := os.Chmod(base+"/html", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(base+"/html", 0o755) })
	_, err := Plan(t.Context(), openTestHome(t, base), Folders{Root: base + "/html"}, Selection{})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("unreadable root: got %v", err)
	}
}

// Content folders outside home are not archived, and are reported as unreadable.
func TestWalkContentOutsideHome(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"volume/uploads/a.jpg":         "a",
		"home/html/wp-config.php":      "config",
		"home/html/wp-content/uploads": "-> ../../../volume/uploads",
	})
	got := walkSite(t, base+"/home", Folders{Root: base + "/home/html"}, Selection{})
	sitetest.WantNotes(t, "warnings", got.report.Warnings, "wp-content/uploads: outside")
	if n := got.report.Unreadable; n.Total != 1 || !strings.Contains(n.Items[0], "wp-content/uploads") {
		t.Errorf("unreadable: %q", n.Items)
	}
}

// A walk as root does not follow a link of one user to a file of another. For other
// users the kernel checks that.
func TestWalkTrustsLinksOfTheTargetsOwner(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"home/html/wp-config.php":      "config",
		"home/html/wp-content/x":       "x",
		"home/html/wp-content/theirs":  "-> ../../other/secret",
		"home/html/wp-content/shared":  "-> ../../shared",
		"home/html/wp-content/roots":   "-> ../../other",
		"home/html/wp-content/uploads": "-> ../../other/sub",
		"home/other/secret":            "theirs",
		"home/other/sub/secret":        "theirs",
		"home/shared/mine":             "mine",
	})
	if os.Geteuid() != 0 {
		got := walkSite(t, base+"/home", Folders{Root: base + "/home/html"}, Selection{})
		sitetest.WantNotes(t, "warnings", got.report.Warnings)
		return
	}
	const tenant, other = 4711, 4712
	for name, uid := range map[string]int{
		"html/wp-content/theirs": tenant, "html/wp-content/shared": tenant, "html/wp-content/roots": tenant, "html/wp-content/uploads": tenant,
		"shared": tenant, "shared/mine": tenant, "other": other, "other/secret": other, "other/sub": other,
	} {
		if err := os.Lchown(base+"/home/"+name, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	got := walkSite(t, base+"/home", Folders{Root: base + "/home/html"}, Selection{})
	if got.content["shared/mine"] != "mine" {
		t.Error("the tenant's own folder is missing")
	}
	for name, text := range got.content {
		if text == "theirs" {
			t.Errorf("%s is archived", name)
		}
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings,
		"html/wp-content/roots: another user", "html/wp-content/theirs: another user", "html/wp-content/uploads: another user")
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable, base+"/home/html/wp-content/uploads: another user")
}

// A tenant replaces a folder by a link to a folder of root's, after the plan has followed
// his link to it. The walk archives only the folder that the plan found.
func TestWalkArchivesWhatThePlanFound(t *testing.T) {
	const tenant = 4711
	base := sitetest.Grow(t, map[string]string{
		"html/wp-config.php":           "config",
		"html/wp-content/uploads/link": "-> ../../../shared/x/sub",
		"shared/x/sub/mine":            "mine",
		"secret/sub/s":                 "root's",
	})
	sitetest.Chown(t, base, map[string]int{"html/wp-content/uploads/link": tenant, "shared": tenant, "shared/x": tenant, "shared/x/sub": tenant})
	set, err := Plan(t.Context(), openTestHome(t, base), Folders{Root: base + "/html"}, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Rename(base+"/shared/x", base+"/shared/z"), os.Symlink("../secret", base+"/shared/x"), os.Lchown(base+"/shared/x", tenant, tenant)); err != nil {
		t.Fatal(err)
	}
	var names []string
	err = set.Walk(t.Context(), func(e Entry) error {
		names = append(names, e.Name)
		if e.File != nil {
			return e.File.Close()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "/s") {
			t.Errorf("archived: %q", names)
		}
	}
	sitetest.WantNotes(t, "warnings", set.Report().Warnings, "html/wp-content/uploads/link: another user", "shared/x/sub: was replaced")
}

// A tenant replaces files, folders, links and FIFOs during the walk. The archive contains
// no file of another user, and the walk ends.
func TestWalkRaces(t *testing.T) {
	const secret = "bob's secret"
	base := sitetest.Grow(t, map[string]string{
		"bob/file": secret, "bob/sub/file": secret,
		"home/html/wp-config.php": "config",
		"home/aside/link":         "-> ../../../../bob",
		"home/aside/filelink":     "-> ../../../../bob/file",
		"home/aside/fifo":         "| ",
	})
	content := base + "/home/html/wp-content"
	for i := range 40 {
		dir := fmt.Sprintf("%s/d%02d/sub", content, i)
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(dir+"/file", []byte("hers"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	sock, err := net.Listen("unix", base+"/home/aside/sock")
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	var stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		aside := base + "/home/aside/"
		for i := 0; !stop.Load(); i++ {
			dir := fmt.Sprintf("%s/d%02d", content, i%40)
			swap(dir, aside+"link")
			swap(dir+"/sub", aside+"link")
			for _, with := range []string{"filelink", "fifo", "sock"} {
				swap(dir+"/sub/file", aside+with)
			}
			_ = os.Rename(dir+"/sub", aside+"gone")
			_ = os.Rename(aside+"gone", dir+"/sub")
		}
	}()
	defer func() { stop.Store(true); <-ended }()
	read := 0
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		home := openTestHome(t, base+"/home")
		set, err := Plan(t.Context(), home, Folders{Root: base + "/home/html"}, Selection{})
		if err != nil {
			t.Fatal(err)
		}
		err = set.Walk(t.Context(), func(e Entry) error {
			if e.File == nil {
				return nil
			}
			defer e.File.Close()
			text, err := io.ReadAll(e.File)
			if strings.Contains(string(text), secret) {
				return fmt.Errorf("%s holds %q", e.Name, text)
			}
			read++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read == 0 {
		t.Error("nothing was read")
	}
}

// swap exchanges two files for a moment.
func swap(a, b string) {
	const kept = ".kept"
	if os.Rename(a, a+kept) == nil {
		if os.Rename(b, a) == nil {
			_ = os.Rename(a, b)
		}
		_ = os.Rename(a+kept, a)
	}
}

// A folder with very many entries does not need much memory.
func TestWalkHugeFolder(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/wp-config.php": "config"})
	dir := filepath.Join(base, "html/wp-content")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	const n = 3*batch + 17
	for i := range n {
		if err := os.Link(base+"/html/wp-config.php", fmt.Sprintf("%s/%06d", dir, i)); err != nil {
			t.Fatal(err)
		}
	}
	got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{})
	if got.report.Files != n+1 || got.report.Bytes != int64(len("config")) {
		t.Errorf("%d files of %d, %d bytes", got.report.Files, n+1, got.report.Bytes)
	}
}

// The number of links out of the site's folders that are followed is limited. Further
// ones are reported.
func TestWalkManyLinksOut(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"home/html/wp-content/x": "x"})
	for i := range maxExtras + 10 {
		target := fmt.Sprintf("%s/home/out/%05d", base, i)
		if err := os.MkdirAll(target, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, fmt.Sprintf("%s/home/html/wp-content/l%05d", base, i)); err != nil {
			t.Fatal(err)
		}
	}
	got := walkSite(t, base+"/home", Folders{Root: base + "/home/html"}, Selection{})
	if got.report.Unreadable.Total != 10 {
		t.Errorf("unreadable: %d, %q", got.report.Unreadable.Total, got.report.Unreadable.Items[:min(3, len(got.report.Unreadable.Items))])
	}
}
