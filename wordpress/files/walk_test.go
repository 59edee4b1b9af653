package files

import (
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

func openTestHome(t *testing.T, dir string) *safefs.Home {
	t.Helper()
	h, err := site.OpenHome(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// A walkResult is the result of a walk.
type walkResult struct {
	base    string
	entries []string // "name/", "name", "name -> target", "name = earlier"
	content map[string]string
	report  Report
}

// walkSite walks a site, reading every file.
func walkSite(t *testing.T, homeDir string, site Folders, sel Selection) walkResult {
	t.Helper()
	return walkHome(t, openTestHome(t, homeDir), site, sel)
}

func walkHome(t *testing.T, home *safefs.Home, site Folders, sel Selection) walkResult {
	t.Helper()
	set, err := Plan(t.Context(), home, site, sel)
	if err != nil {
		t.Fatal(err)
	}
	w := walkResult{base: set.Base(), content: map[string]string{}}
	err = set.Walk(t.Context(), func(e Entry) error {
		if strings.HasPrefix(e.Name, "/") || strings.Contains("/"+e.Name+"/", "/../") {
			t.Errorf("entry is called %q", e.Name)
		}
		switch {
		case e.HardLink != "":
			w.entries = append(w.entries, e.Name+" = "+e.HardLink)
		case e.Info.IsDir():
			w.entries = append(w.entries, e.Name+"/")
		case e.Info.Mode()&fs.ModeSymlink != 0:
			w.entries = append(w.entries, e.Name+" -> "+e.Link)
		default:
			w.entries = append(w.entries, e.Name)
			defer e.File.Close()
			text, err := io.ReadAll(e.File)
			if err != nil {
				return err
			}
			w.content[e.Name] = string(text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.report = set.Report()
	seen := map[string]bool{}
	for _, e := range w.entries {
		if name, _, _ := strings.Cut(e, " "); seen[strings.TrimSuffix(name, "/")] {
			t.Errorf("%s was yielded twice", e)
		} else {
			seen[strings.TrimSuffix(name, "/")] = true
		}
		if dir := filepath.Dir(strings.TrimSuffix(e, "/")); !strings.Contains(e, " ") && !seen[dir] && home.Contains(filepath.Join(w.base, dir)) {
			t.Errorf("%s came before its folder", e)
		}
	}
	return w
}

// wantEntries compares the entries, in any order, with a list.
func (w walkResult) wantEntries(t *testing.T, want string) {
	t.Helper()
	lines := strings.Fields(strings.ReplaceAll(want, " -> ", "→"))
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "→", " -> ")
	}
	got := slices.Sorted(slices.Values(w.entries))
	slices.Sort(lines)
	if !slices.Equal(got, lines) {
		t.Errorf("base %s\n got %q\nwant %q", w.base, got, lines)
	}
}

func TestWalkClassic(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("html/"), map[string]string{
		"html/wp-config.php":                             "config",
		"html/.htaccess":                                 "ht",
		"html/wp-content/index.php":                      "<?php",
		"html/wp-content/uploads/2026/a.jpg":             "jpg",
		"html/wp-content/uploads/site.zip":               "zip",
		"html/wp-content/uploads/dump.sql.gz":            "gz",
		"html/wp-content/uploads/wp-includes/x":          "a user's",
		"html/wp-content/cache/page.html":                "cached",
		"html/wp-content/plugins/p/cache/keep.php":       "code",
		"html/wp-content/plugins/p/node_modules/x":       "npm",
		"html/node_modules/x":                            "npm",
		"html/wp-content/plugins/p/index.php":            "code",
		"html/wp-content/updraft/backup.zip":             "other's",
		"html/wp-content/backwpup-abc/backup.zip":        "other's",
		"html/wp-content/debug.log":                      "log",
		"html/wp-content/themes/child/.git/HEAD":         "git",
		"html/wp-content/themes/child/style.css":         "css",
		"html/wp-content/empty/":                         "",
		"other/secret":                                   "not the site's",
		"html/app/cache/mine":                            "not WordPress' cache",
		"html/wp-content/uploads/wp-content/cache/x":     "a user's",
		"html/wp-content/uploads/backups-dup-lite-notes": "a user's",
	}))
	site := Folders{Root: base + "/html", ContentDir: base + "/html/wp-content", ConfigFiles: []string{base + "/html/wp-config.php"}}
	got := walkSite(t, base, site, Selection{})
	if got.base != base+"/html" {
		t.Errorf("base is %s", got.base)
	}
	got.wantEntries(t, `./ .htaccess wp-config.php app/ app/cache/ app/cache/mine wp-content/ wp-content/index.php wp-content/empty/
		wp-content/uploads/ wp-content/uploads/2026/ wp-content/uploads/2026/a.jpg wp-content/uploads/site.zip wp-content/uploads/dump.sql.gz
		wp-content/uploads/wp-includes/ wp-content/uploads/wp-includes/x wp-content/uploads/wp-content/ wp-content/uploads/wp-content/cache/
		wp-content/uploads/wp-content/cache/x wp-content/uploads/backups-dup-lite-notes
		wp-content/plugins/ wp-content/plugins/p/ wp-content/plugins/p/index.php wp-content/plugins/p/node_modules/ wp-content/plugins/p/node_modules/x wp-content/plugins/p/cache/ wp-content/plugins/p/cache/keep.php
		wp-content/themes/ wp-content/themes/child/ wp-content/themes/child/style.css`)
	hits := map[string]int64{}
	for _, e := range got.report.Excludes {
		hits[e.Pattern] = e.Entries
	}
	for _, p := range []string{"wp-content/cache/", "wp-content/updraft/", "wp-content/backwpup-*/", "*.log", ".git", "/node_modules/"} {
		if hits[p] != 1 {
			t.Errorf("%s left out %d, want 1 (%v)", p, hits[p], hits)
		}
	}
	if len(hits) != 6 {
		t.Errorf("excludes: %v", hits)
	}
	var bytes int64
	for _, text := range got.content {
		bytes += int64(len(text))
	}
	if r := got.report; r.Files != int64(len(got.content)) || r.Bytes != bytes || r.Folders != int64(len(got.entries)-len(got.content)) {
		t.Errorf("counted %d files, %d bytes, %d folders", r.Files, r.Bytes, r.Folders)
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings)
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable)
}

// A folder that is not certain is reported: the backup may be incomplete.
func TestWalkReportsUncertainFolders(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("html/"), map[string]string{"html/wp-config.php": "config"}))
	got := walkSite(t, base, Folders{Root: base + "/html", Doubts: []string{"WP_CONTENT_DIR cannot be known"}}, Selection{})
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable, base+"/html: WP_CONTENT_DIR cannot be known")
}

func TestWalkSelections(t *testing.T) {
	tree := sitetest.Join(sitetest.Core("html/"), map[string]string{
		"html/wp-config.php":                   "config",
		"html/wp-content/uploads/2025/a.jpg":   "jpg",
		"html/wp-content/uploads/2026/b.jpg":   "jpg",
		"html/wp-content/cache/deep/page.html": "cached",
		"html/wp-content/exports/x.csv":        "csv",
		"private/file":                         "private",
	})
	const content = " wp-content/ wp-content/exports/ wp-content/exports/x.csv wp-content/uploads/ "
	const years = " wp-content/uploads/2025/ wp-content/uploads/2025/a.jpg wp-content/uploads/2026/ wp-content/uploads/2026/b.jpg "
	tests := map[string]struct {
		sel  func(base string) Selection
		want string
	}{
		"no uploads": {func(string) Selection { return Selection{NoUploads: true} }, "./ wp-config.php" + content},
		"no uploads but one year": {
			func(string) Selection {
				return Selection{NoUploads: true, Include: []string{"wp-content/uploads/2026"}}
			},
			"./ wp-config.php" + content + "wp-content/uploads/2026/ wp-content/uploads/2026/b.jpg",
		},
		"with core": {
			func(string) Selection { return Selection{WithCore: true, Exclude: []string{"*.js"}} },
			"./ wp-config.php" + content + years + "index.php wp-settings.php wp-load.php xmlrpc.php wp-admin/ wp-admin/index.php wp-includes/ wp-includes/version.php wp-includes/js/",
		},
		"exclude": {
			func(string) Selection { return Selection{Exclude: []string{"/wp-content/exports", "2025/"}} },
			"./ wp-config.php wp-content/ wp-content/uploads/ wp-content/uploads/2026/ wp-content/uploads/2026/b.jpg",
		},
		"no default excludes": {
			func(string) Selection { return Selection{NoDefaultExcludes: true} },
			"./ wp-config.php" + content + years + "wp-content/cache/ wp-content/cache/deep/ wp-content/cache/deep/page.html",
		},
		"include wins": {
			func(string) Selection {
				return Selection{Include: []string{"wp-content/cache/**/*.html", "version.php"}, Exclude: []string{"wp-content/*"}}
			},
			"./ wp-config.php wp-content/ wp-content/cache/ wp-content/cache/deep/ wp-content/cache/deep/page.html wp-includes/ wp-includes/version.php",
		},
		"never": {
			func(base string) Selection { return Selection{Never: []string{base + "/html/wp-content/uploads"}} },
			"./ wp-config.php wp-content/ wp-content/exports/ wp-content/exports/x.csv",
		},
		"include elsewhere in home": {
			func(base string) Selection {
				return Selection{NoUploads: true, Include: []string{base + "/private"}}
			},
			`./ private/ private/file html/ html/wp-config.php html/wp-content/ html/wp-content/exports/
				html/wp-content/exports/x.csv html/wp-content/uploads/`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			base := sitetest.Grow(t, tree)
			got := walkSite(t, base, Folders{Root: base + "/html"}, tt.sel(base))
			got.wantEntries(t, tt.want)
			sitetest.WantNotes(t, "unreadable", got.report.Unreadable)
		})
	}
}

// Bedrock deployed with links: everything is archived once, under its own name.
func TestWalkDeployedBedrock(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("releases/2/web/wp/"), map[string]string{
		"current":                            "-> releases/2",
		"shared/.env":                        "DB_NAME=x",
		"shared/uploads/2026/a.jpg":          "jpg",
		"shared/uploads/cache/x":             "cached",
		"releases/1/web/index.php":           "old",
		"releases/2/.env":                    "-> ../../shared/.env",
		"releases/2/composer.json":           "{}",
		"releases/2/composer.lock":           "{}",
		"releases/2/vendor/a/b.php":          "vendor",
		"releases/2/config/application.php":  "config",
		"releases/2/config/environments/p":   "config",
		"releases/2/web/index.php":           "index",
		"releases/2/web/wp-config.php":       "config",
		"releases/2/web/app/uploads":         "-> BASE/shared/uploads",
		"releases/2/web/app/cache/x":         "cached",
		"releases/2/web/app/plugins/p/p.php": "plugin",
	}))
	site := Folders{
		Root: base + "/current/web", Core: base + "/current/web/wp", ContentDir: base + "/current/web/app",
		ConfigFiles: []string{base + "/current/web/wp-config.php", base + "/current/config/application.php", base + "/current/.env"},
	}
	got := walkSite(t, base, site, Selection{})
	if got.base != base {
		t.Errorf("base is %s", got.base)
	}
	got.wantEntries(t, `./ shared/ shared/.env shared/uploads/ shared/uploads/2026/ shared/uploads/2026/a.jpg releases/ releases/2/
		releases/2/composer.json releases/2/composer.lock releases/2/config/ releases/2/config/application.php
		releases/2/config/environments/ releases/2/config/environments/p releases/2/web/ releases/2/web/index.php releases/2/web/wp-config.php
		releases/2/web/wp/ releases/2/web/app/ releases/2/web/app/uploads→`+base+`/shared/uploads
		releases/2/web/app/plugins/ releases/2/web/app/plugins/p/ releases/2/web/app/plugins/p/p.php`)
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable)

	got = walkSite(t, base, site, Selection{NoUploads: true})
	if _, ok := got.content["shared/uploads/2026/a.jpg"]; ok {
		t.Error("uploads reached by a link were not left out")
	}
}

// A configuration above the root moves the base up by one folder. Nothing else in that
// folder is archived.
func TestWalkConfigAboveRoot(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("home/html/"), map[string]string{
		"home/wp-config.php": "config", "home/mail/secret": "mail", "home/html/wp-content/x": "x",
	}))
	got := walkSite(t, base+"/home", Folders{Root: base + "/home/html", ConfigFiles: []string{base + "/home/wp-config.php"}}, Selection{})
	got.wantEntries(t, "./ wp-config.php html/ html/wp-content/ html/wp-content/x")
}
