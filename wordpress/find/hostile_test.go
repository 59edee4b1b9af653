package find

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A tenant's huge tree does not prevent the search of other tenants' sites.
func TestFindWithinBounds(t *testing.T) {
	tree := sitetest.Join(sitetest.Site("alice/html/"), sitetest.Site("bob/html/"), sitetest.Site("wide/html/"), sitetest.Site("many/html/"))
	for i := range 300 {
		tree[fmt.Sprintf("wide/d%03d/x/", i)] = ""
		tree[fmt.Sprintf("many/f%03d", i)] = "x"
		tree[fmt.Sprintf("alice/l%03d.example", i)] = "-> .."
	}
	base := sitetest.Grow(t, tree)
	search := func(low limits) ([]string, wordpress.Notes) {
		got, err := newFinder(low).find(t.Context(), []string{base})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, s := range got.Sites {
			paths = append(paths, strings.TrimPrefix(s.Path, base+"/"))
		}
		return paths, got.Unreadable
	}
	all := []string{"alice/html", "bob/html", "many/html", "wide/html"}
	if got, notes := search(defaultLimits); !slices.Equal(got, all) || notes.Total != 0 {
		t.Errorf("in full: got %q, %q", got, notes.Items)
	}
	low := defaultLimits
	low.siblings, low.entries, low.tries = 200, 3*listBatch, 10
	got, notes := search(low)
	if !slices.Equal(got, all[:3]) && !slices.Equal(got, all) {
		t.Errorf("too many folders in one: got %q", got)
	}
	sitetest.WantNotes(t, "too many folders in one", notes, base+"/wide: "+errTooMany.Error())
	if os.Geteuid() != 0 {
		t.Skip("changing owners needs root")
	}
	err := filepath.WalkDir(base+"/wide", func(path string, _ os.DirEntry, _ error) error {
		return os.Lchown(path, sitetest.BobID, sitetest.BobID)
	})
	if err != nil {
		t.Fatal(err)
	}
	low = defaultLimits
	low.visits = 100
	got, notes = search(low)
	for _, want := range all[:3] {
		if !slices.Contains(got, want) {
			t.Errorf("too many folders of one user: got %q, and not %s", got, want)
		}
	}
	if notes.Total != 1 || !strings.Contains(notes.Items[0], fmt.Sprintf("uid %d", sitetest.BobID)) {
		t.Errorf("too many folders of one user: noted %q", notes.Items)
	}
}

// A root is refused if its path contains a tenant's link to another user's folder.
func TestFindFollowsNoForeignLink(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("bob/sites/b.example/public/"), sitetest.Site("alice/sites/a.example/public/"), map[string]string{
		"alice/bobs": "-> ../bob/sites", "alice/www": "-> ../bob/sites/b.example/public", "alice/b.example": "-> ../bob/sites/b.example/public",
	}))
	sitetest.Chown(t, base, map[string]int{
		"alice": sitetest.AliceID, "alice/bobs": sitetest.AliceID, "alice/www": sitetest.AliceID, "alice/b.example": sitetest.AliceID, "bob": sitetest.BobID, "bob/sites": sitetest.BobID,
		"bob/sites/b.example": sitetest.BobID, "bob/sites/b.example/public": sitetest.BobID,
	})
	for _, root := range []string{"alice", "alice/bobs", "alice/*", "*/bobs", "*/bobs/*", "*/*/*/public", "alice/www", "alice/*.example"} {
		got, err := Find(t.Context(), []string{base + "/" + root})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range got.Sites {
			if s.Path != base+"/alice/sites/a.example/public" && s.Path != base+"/bob/sites/b.example/public" {
				t.Errorf("%s: found %s", root, s.Path)
			}
		}
		if foreign := root == "alice/bobs" || root == "*/bobs/*" || root == "alice/www"; foreign &&
			(len(got.Sites) > 0 || got.Unreadable.Total != 1 || !strings.Contains(got.Unreadable.Items[0], fmt.Sprintf("uid %d", sitetest.AliceID))) {
			t.Errorf("%s: got %+v", root, got)
		}
	}
}

// A folder on another file system is noted. It is searched only if it is a root.
func TestFindOtherFileSystems(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting needs root")
	}
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("a/html/"), map[string]string{"volume/": ""}))
	if err := unix.Mount("none", base+"/volume", "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(base+"/volume", unix.MNT_DETACH) })
	for name, text := range sitetest.Site("html/") {
		path := filepath.Join(base, "volume", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Find(t.Context(), []string{base})
	if err != nil || len(got.Sites) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	sitetest.WantNotes(t, "unreadable", got.Unreadable, base+"/volume: is on another file system; name it as a root to search it")
	wantLines(t, findLines(t, base, base, base+"/volume"), "a/html", "volume/html")
}

// If a root of the search is a site, the configuration in the folder above belongs to the site.
func TestFindConfigurationAboveTheRoot(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("x/public/"), map[string]string{"x/wp-config.php": "<?php"}, sitetest.Core("y/"), sitetest.Core("y/public/"), map[string]string{"y/wp-config.php": "<?php"}))
	wantLines(t, findLines(t, base, base+"/x/public"), "x/public core x/public config x/wp-config.php")
	wantLines(t, findLines(t, base, base+"/y/public"), "y/public core y/public config ")
}

func TestExpand(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"alice/public_html/x": "", "bob/public_html/x": "", "carol/www/x": "", ".hidden/public_html/x": "", "file": "", "dave/public_html": "-> ../bob/public_html",
		"a[1]/x": "", "a1/x": "", "fifo": "| ",
	})
	for pattern, want := range map[string][]string{
		"*/public_html": {"alice/public_html", "bob/public_html", "dave/public_html"}, "alice": {"alice"}, "none": {"none"},
		"none/*": nil, "[ab]*": {"a1", "a[1]", "alice", "bob"}, "a[1]": {"a[1]"}, `a\[1]*`: {"a[1]"}, ".*/public_html": {".hidden/public_html"},
		"*/*": {"alice/public_html", "bob/public_html", "carol/www", "dave/public_html"}, "c?rol/*": {"carol/www"}, "*/../alice": {"alice"}, "f*": nil, "fifo/*": nil, "file/*": nil,
	} {
		got, notes, err := Expand(t.Context(), base+"/"+pattern)
		if err != nil || notes.Total > 0 {
			t.Errorf("%s: %v, %q", pattern, err, notes.Items)
		}
		for i, path := range got {
			got[i] = strings.TrimPrefix(path, base+"/")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
	if got, _, err := Expand(t.Context(), base+"/["); err == nil {
		t.Errorf("a broken pattern: got %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Expand(ctx, base+"/*"); err == nil {
		t.Error("it continues after its context was cancelled")
	}
}

func TestInstalled(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"a/wp-config.php": "", "b/wp-content/x": "", "c/wp/wp-load.php": "", "d/index.php": "", "e/wp-config.php": "-> /nowhere", "f": "a file",
	})
	for path, want := range map[string]bool{"a": true, "b": true, "c": true, "d": false, "e": true, "f": false, "none": false, "none/deep": false} {
		if got, err := site.Installed(base + "/" + path); got != want || err != nil {
			t.Errorf("%s: got %v, %v", path, got, err)
		}
	}
}
