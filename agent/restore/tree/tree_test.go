package tree_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
)

func TestRestoreIntoANewFolder(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), "site")
	in := restoretest.Tar(t, folder("home"), folder("home/public"), file("home/public/index.php", "<?php"), folder("home/public/up"), file("home/public/up/a", "aa"),
		hardLink("home/public/up/b", "home/public/up/a"), link("home/public/up/c", "a"), file("home/wp-config.php", "secret"), file(".crontab", "* * * * *"))
	r, err := restore(t, in, tree.Options{Path: target, Root: "home/public"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "site", texts(t, target), map[string]string{"index.php": "<?php", "up/a": "aa", "up/b": "aa", "up/c": "→a"})
	equal(t, "outside", texts(t, target+".outside"), map[string]string{"home/wp-config.php": "secret", ".crontab": "* * * * *"})
	if left := boxes(t, target); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	for name, mode := range map[string]fs.FileMode{"": fs.ModeDir | 0o750, "up": fs.ModeDir | 0o750, "index.php": 0o640} {
		if info, err := os.Stat(filepath.Join(target, name)); err != nil || info.Mode() != mode || !info.ModTime().Equal(modified) {
			t.Errorf("%q: %v, %v", name, info, err)
		}
	}
	if !slices.ContainsFunc(r.said, func(s string) bool { return strings.Contains(s, target+".outside") }) {
		t.Errorf("said %q", r.said)
	}
	if s := r.target.Sum; s.Created != 6 || s.Replaced != 0 || s.Files != 5 || s.Links != 1 {
		t.Errorf("%+v", s)
	}
}

// An empty folder is replaced without --overwrite, and keeps its mode. Folders that are only
// parents of included paths get the usual mode.
func TestRestoreIntoAnEmptyFolder(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), "site")
	if err := errors.Join(os.Mkdir(target, 0o755), os.Chmod(target, 0o711)); err != nil {
		t.Fatal(err)
	}
	in := restoretest.Tar(t, folder("."), folder("a"), folder("a/b"), file("a/b/c", "c"), file("d", "d"))
	if _, err := restore(t, in, tree.Options{Path: target, Root: ".", Include: []string{"a/b/c"}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "site", texts(t, target), map[string]string{"a/b/c": "c"})
	for name, mode := range map[string]fs.FileMode{"": 0o711, "a": 0o755, "a/b": 0o755} {
		if info, err := os.Stat(filepath.Join(target, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q: %v, %v", name, info, err)
		}
	}
	if left := boxes(t, target); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if _, err := restore(t, in, tree.Options{Path: target, Root: ".", Include: []string{"a/b/none"}, Overwrite: tree.Always}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a path that the backup does not have: %v", err)
	}
	equal(t, "site", texts(t, target), map[string]string{"a/b/c": "c"})
}

// A restore over a site puts a complete tree in its place, and keeps the old tree until Confirm.
func TestRestoreOverASite(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), "site")
	before := map[string]string{"index.php": "old", "mine/a": "mine", "up/b": "old", "l": "→mine", "gone": "→nowhere", "empty/": ""}
	lay(t, target, before)
	if err := os.Chmod(target, 0o711); err != nil {
		t.Fatal(err)
	}
	kept, err := os.Stat(filepath.Join(target, "mine/a"))
	if err != nil {
		t.Fatal(err)
	}
	in := restoretest.Tar(t, folder("."), file("index.php", "new"), folder("up"), file("up/c", "new"), link("l", "up"))
	if _, err := restore(t, in, tree.Options{Path: target, Root: "."}); err == nil || !strings.Contains(err.Error(), "--overwrite") {
		t.Fatalf("without --overwrite: %v", err)
	}
	equal(t, "refused", texts(t, target), before)
	if _, err := restore(t, in, tree.Options{Path: target, Root: ".", Overwrite: tree.Always}); err != nil {
		t.Fatal(err)
	}
	equal(t, "site", texts(t, target), map[string]string{"index.php": "new", "mine/a": "mine", "up/b": "old", "up/c": "new", "l": "→up", "gone": "→nowhere", "empty/": ""})
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o711 {
		t.Errorf("the site's root: %v, %v", info, err)
	}
	if info, err := os.Stat(filepath.Join(target, "mine/a")); err != nil || !os.SameFile(info, kept) {
		t.Errorf("a file that stays was copied: %v", err)
	}
	left := boxes(t, target)
	if len(left) != 1 || !strings.HasPrefix(left[0], ".site.wp-oneway-old-") {
		t.Fatalf("left %q", left)
	}
	box := filepath.Join(filepath.Dir(target), left[0])
	equal(t, "old site", texts(t, filepath.Join(box, "site")), before)
	if info, err := os.Stat(box); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others can enter what was there: %v, %v", info, err)
	}
	restored := texts(t, target)
	for _, want := range []map[string]string{before, restored} {
		if back, err := tree.Undo(target, nil); err != nil || len(back) != 1 {
			t.Errorf("undo: %q, %v", back, err)
		}
		equal(t, "undo", texts(t, target), want)
	}
	if removed, err := tree.Confirm(target, nil); err != nil || len(removed) != 1 || len(boxes(t, target)) > 0 {
		t.Errorf("confirm: %q, %v", removed, err)
	}
}

func TestOverwriteAndDelete(t *testing.T) {
	t.Parallel()
	older, newer := file("older", "backup"), file("newer", "backup")
	older.ModTime, newer.ModTime = modified.Add(-time.Hour), modified.Add(time.Hour)
	in := restoretest.Tar(t, folder("."), older, newer, file("same", "here"), file("size", "backup"), file("fresh", "backup"), folder("kind"), file("kind/a", "backup"), file("was", "backup"),
		hardLink("linked", "same"))
	here := map[string]string{"older": "here", "newer": "here", "same": "here", "size": "here", "kind": "here", "was/x": "here", "extra/a": "here", "extra/b": "here"}
	for _, c := range []struct {
		o       tree.Options
		want    map[string]string // differences from the common result; "-" means removed
		changes string
	}{
		{
			tree.Options{Overwrite: tree.Always},
			map[string]string{"older": "backup", "newer": "backup", "size": "backup", "fresh": "backup", "kind": "-", "kind/a": "backup", "was/x": "-", "was": "backup", "linked": "here"},
			"create fresh|create linked|delete was/|replace kind/a|replace newer|replace older|replace same|replace size|replace was",
		},
		{
			tree.Options{Overwrite: tree.IfChanged},
			map[string]string{"older": "backup", "newer": "backup", "size": "backup", "fresh": "backup", "kind": "-", "kind/a": "backup", "was/x": "-", "was": "backup", "linked": "here"},
			"create fresh|create linked|delete was/|keep same|replace kind/a|replace newer|replace older|replace size|replace was",
		},
		{
			tree.Options{Overwrite: tree.IfNewer},
			map[string]string{"newer": "backup", "fresh": "backup", "linked": "here"},
			"create fresh|create linked|keep kind/a|keep older|keep same|keep size|keep was|replace newer",
		},
		{
			tree.Options{Overwrite: tree.Never},
			map[string]string{"fresh": "backup", "linked": "here"},
			"create fresh|create linked|keep kind/a|keep newer|keep older|keep same|keep size|keep was",
		},
		{
			tree.Options{Overwrite: tree.Never, Delete: true},
			map[string]string{"fresh": "backup", "linked": "here", "extra/a": "-", "extra/b": "-"},
			"create fresh|create linked|delete extra/|keep kind/a|keep newer|keep older|keep same|keep size|keep was",
		},
		{
			tree.Options{Overwrite: tree.Never, Delete: true, Exclude: []string{"extra/a"}},
			map[string]string{"fresh": "backup", "linked": "here", "extra/b": "-"},
			"create fresh|create linked|delete extra/b|keep kind/a|keep newer|keep older|keep same|keep size|keep was",
		},
		{
			tree.Options{Overwrite: tree.Always, Delete: true, Include: []string{"size", "kind"}},
			map[string]string{"size": "backup", "kind": "-", "kind/a": "backup"},
			"replace kind/a|replace size",
		},
	} {
		t.Run(fmt.Sprintf("%s %v %q %q", c.o.Overwrite, c.o.Delete, c.o.Include, c.o.Exclude), func(t *testing.T) {
			t.Parallel()
			target := filepath.Join(t.TempDir(), "site")
			lay(t, target, here)
			c.o.Path, c.o.Root, c.o.Dry = target, ".", true
			// The folder must be older than the file that the backup has at its path.
			if err := os.Chtimes(filepath.Join(target, "was"), modified, modified); err != nil {
				t.Fatal(err)
			}
			r, err := restore(t, in, c.o)
			if err != nil || strings.Join(r.changes, "|") != c.changes {
				t.Errorf("dry run: %q, %v", strings.Join(r.changes, "|"), err)
			}
			equal(t, "dry run", texts(t, target), here)
			if left := boxes(t, target); len(left) > 0 {
				t.Errorf("the dry run left %q", left)
			}
			c.o.Dry = false
			wet, err := restore(t, in, c.o)
			if err != nil {
				t.Fatal(err)
			}
			deletes := slices.DeleteFunc(r.changes, func(s string) bool { return !strings.HasPrefix(s, "delete") })
			if !slices.Equal(wet.changes, deletes) {
				t.Errorf("listed %q, the dry run %q", wet.changes, deletes)
			}
			want := map[string]string{}
			for name, text := range here {
				want[name] = text
			}
			for name, text := range c.want {
				if want[name] = text; text == "-" {
					delete(want, name)
				}
			}
			equal(t, "site", texts(t, target), want)
			dry, done := r.target.Sum, wet.target.Sum
			if dry.Created != done.Created || dry.Replaced != done.Replaced || dry.Kept != done.Kept || dry.Others != done.Others || dry.Deleted != done.Deleted {
				t.Errorf("dry run: %+v\nrestore: %+v", dry, done)
			}
		})
	}
}

// Files that the backup excludes on purpose are not deleted: WordPress itself, and other sites.
func TestDeleteSparesCoreAndOtherSites(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), "site")
	core := map[string]string{
		"wp-includes/version.php": "core", "wp-includes/deep/x": "core", "wp-admin/index.php": "core", "wp-load.php": "core", "wp-settings.php": "core",
		"blog/wp-config.php": "other", "blog/wp-settings.php": "other", "blog/wp-content/a": "other",
		"wp/wp-includes/version.php": "core", "wp/wp-login.php": "core",
	}
	lay(t, target, core)
	lay(t, target, map[string]string{"wp-content/a": "here", "evil.php": "here", "wp/evil.php": "here", "wp-admin2/x": "here"})
	r, err := restore(t, restoretest.Tar(t, folder("."), file("wp-config.php", "backup")), tree.Options{Path: target, Root: ".", Overwrite: tree.Always, Delete: true})
	if err != nil {
		t.Fatal(err)
	}
	core["wp-config.php"] = "backup"
	equal(t, "site", texts(t, target), core)
	if got := strings.Join(r.changes, "|"); got != "delete evil.php|delete wp-admin2/|delete wp-content/|delete wp/evil.php" {
		t.Errorf("listed %q", got)
	}
}

func TestRestoreInPlace(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	lay(t, home, map[string]string{"public/index.php": "old", "shared/up/a": "old", "shared/up/mine": "mine", "wp-config.php": "old", "private/x": "private"})
	others, err := tree.InPlace(home, filepath.Join(home, "public"), []string{filepath.Join(home, "shared")},
		[]string{filepath.Join(home, "wp-config.php"), "/etc/passwd", filepath.Join(home, "shared/up"), filepath.Join(home, "public/wp-content")}, home)
	if err != nil || len(others) != 2 || others["wp-config.php"] != filepath.Join(home, "wp-config.php") || others["shared"] != filepath.Join(home, "shared") {
		t.Fatalf("%q, %v", others, err)
	}
	in := restoretest.Tar(t, folder("."), folder("public"), file("public/index.php", "new"), folder("shared"), folder("shared/up"), file("shared/up/a", "new"), file("wp-config.php", "new"),
		folder("private"), file("private/x", "new"))
	_, err = restore(t, in, tree.Options{Path: filepath.Join(home, "public"), Root: "public", Others: others, Overwrite: tree.Always})
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, home)
	for name := range got {
		if strings.HasPrefix(name, ".") {
			delete(got, name) // what was there before
		}
	}
	equal(t, "home", got, map[string]string{
		"public/index.php": "new", "shared/up/a": "new", "shared/up/mine": "mine", "wp-config.php": "new",
		"private/x": "private", "public.outside/private/x": "new",
	})
	if removed, err := tree.Confirm(filepath.Join(home, "public"), []string{others["shared"], others["wp-config.php"]}); err != nil || len(removed) != 3 || len(boxes(t, filepath.Join(home, "public"))) > 0 {
		t.Errorf("confirm: %q, %v", removed, err)
	}
	for _, named := range []string{home, "/"} {
		if _, err := tree.InPlace(home, filepath.Join(home, "public"), []string{named}, nil, home); err == nil {
			t.Errorf("--allow-path %s is accepted", named)
		}
	}
}
