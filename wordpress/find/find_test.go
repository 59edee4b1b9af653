package find

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// findLines runs a search and returns one line for each site, with paths relative to base.
func findLines(t *testing.T, base string, roots ...string) []string {
	t.Helper()
	got, err := Find(t.Context(), roots)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range got.Sites {
		line := fmt.Sprintf("%s core %s config %s", s.Path, s.Core, s.Config)
		out = append(out, strings.ReplaceAll(line, base+"/", ""))
	}
	return out
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(want)
	for i, line := range want {
		if !strings.Contains(line, " ") {
			want[i] = fmt.Sprintf("%s core %s config %s/wp-config.php", line, line, line)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestFindLayouts(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(
		sitetest.Site("alice/sites/a.example/public/"), sitetest.Site("alice/sites/b.example/public/"),
		sitetest.Site("bob/public_html/"), sitetest.Site("bob/public_html/addon.example/"), sitetest.Site("bob/public_html/deep/er/blog/"),
		sitetest.Site("bob/public_html/wp-content/uploads/copy/"), sitetest.Site("bob/public_html/node_modules/x/"), sitetest.Site("bob/backups/old/"),
		sitetest.Site("vhosts/example.com/httpdocs/"), sitetest.Site("vhosts/example.com/shop.example.com/"),
		sitetest.Site("admin/domains/d.example/public_html/"),
		sitetest.Core("above/public/"), map[string]string{"above/wp-config.php": "<?php"},
		sitetest.Core("fresh/html/"),
		sitetest.Core("own/wp/"), map[string]string{"own/wp-config.php": "<?php", "own/index.php": sitetest.LoadsWP, "own/wp-content/plugins/x/y": "x"},
		sitetest.Site("inside/wp/"), map[string]string{"inside/index.php": sitetest.LoadsWP},
		sitetest.Core("bedrock/web/wp/"), map[string]string{
			"bedrock/web/index.php": sitetest.LoadsWP, "bedrock/web/wp-config.php": "<?php", "bedrock/config/application.php": "<?php",
			"bedrock/web/app/plugins/p/x": "x", "bedrock/web/app/themes/t/x": "x",
		},
		sitetest.Core("plain/wp/"), map[string]string{"plain/index.php": "<?php echo 'my own site';"},
		map[string]string{"none/index.php": "<?php", "config-only/wp-config.php": "<?php", "a file": "x", "fifo": "| "},
		sitetest.Site("a/b/c/d/e/deepest/"), sitetest.Site("a/b/c/d/e/f/too-deep/"),
	))
	wantLines(t, findLines(t, base, base),
		"alice/sites/a.example/public", "alice/sites/b.example/public",
		"bob/public_html", "bob/public_html/addon.example", "bob/public_html/deep/er/blog",
		"vhosts/example.com/httpdocs", "vhosts/example.com/shop.example.com",
		"admin/domains/d.example/public_html",
		"above/public core above/public config above/wp-config.php",
		"fresh/html core fresh/html config ",
		"own core own/wp config own/wp-config.php",
		"inside core inside/wp config inside/wp/wp-config.php",
		"bedrock/web core bedrock/web/wp config bedrock/web/wp-config.php",
		"plain/wp core plain/wp config ",
		"a/b/c/d/e/deepest",
	)
	wantLines(t, findLines(t, base, base+"/bob/public_html/addon.example"), "bob/public_html/addon.example")
	wantLines(t, findLines(t, base, base+"/*/sites/*/public", base+"/alice"), "alice/sites/a.example/public", "alice/sites/b.example/public")
}

func TestFindNames(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("x/sites/Shop.Example/public/"), sitetest.Site("y/current/web/"), sitetest.Site("z/html/")))
	got, err := Find(t.Context(), []string{base})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range got.Sites {
		names = append(names, s.Layout+" "+s.Name)
	}
	if want := []string{"sites shop.example", "deploy y", "classic z"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// A deployed project is found once, under the path of its link, even if it has several
// releases.
func TestFindReleases(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("p/releases/1/web/"), sitetest.Site("p/releases/2/web/"), sitetest.Site("q/releases/9/"), map[string]string{
		"p/current": "-> releases/2", "q/current": "-> BASE/q/releases/9", "evil/current": "-> BASE/other", "evil/releases/": "",
	}, sitetest.Site("other/")))
	wantLines(t, findLines(t, base, base), "p/current/web", "q/current", "other")
}

// If the current release of a project does not exist, there is a note.
func TestFindNotesMissingRelease(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("p/releases/1/web/"), map[string]string{"p/current": "-> releases/2"}))
	got, err := Find(t.Context(), []string{base})
	if err != nil || len(got.Sites) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	sitetest.WantNotes(t, "unreadable", got.Unreadable, base+"/p/current: leads to a release that does not exist")
}

// A link in place of a site's folder is followed if it stays in the owner's home. A site is never
// listed twice.
func TestFindLinks(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("u/code/v1/"), sitetest.Site("u/known/"), sitetest.Site("w/secret/"), map[string]string{
		"u/code/v1/.keep": "", "u/www/public": "-> ../code", "u/public_html": "-> known", "u/html": "-> ../w/secret",
		"u/loop.example": "-> loop.example", "u/kernel.example": "-> /proc/self/root",
	}))
	wantLines(t, findLines(t, base, base), "u/code/v1", "u/known", "w/secret")

	base = sitetest.Grow(t, sitetest.Join(sitetest.Site("hidden/.src/"), map[string]string{"hidden/public_html": "-> .src", "hidden/html": "-> ../outside/.site"}, sitetest.Site("outside/.site/")))
	wantLines(t, findLines(t, base, base), "hidden/public_html")
}

func TestFindDebian(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"etc/config-b.example.php": "", "etc/config-A.example.php": "", "etc/config-default.php": "", "etc/htaccess": ""})
	f := newFinder(defaultLimits)
	f.out.Sites = []Site{{Place: site.Place{Path: site.DebianCore, Name: "wordpress"}}, {Place: site.Place{Path: "/srv/x"}}}
	f.debian(base + "/etc")
	var got []string
	for _, s := range f.out.Sites {
		got = append(got, s.Path+" called "+s.Name+" for "+s.HTTPHost)
	}
	if want := []string{"/srv/x called  for ", site.DebianCore + " called a.example for A.example", site.DebianCore + " called b.example for b.example", site.DebianCore + " called wordpress for default"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFindRefuses(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"x/": ""})
	if got, err := Find(t.Context(), []string{base + "/["}); err == nil {
		t.Errorf("a broken pattern: got %+v", got)
	}
	got, err := Find(t.Context(), []string{base + "/missing", base + "/none*", base + "/x"})
	if err != nil || !slices.Equal(got.Missing, []string{base + "/missing"}) {
		t.Errorf("a root that is not there: got %+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, []string{base}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// A folder that this user may not read has one note.
func TestFindUnreadable(t *testing.T) {
	if !sitetest.AsNobody(t) {
		return
	}
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("a/html/"), sitetest.Site("b/html/")))
	if err := os.Chmod(base+"/b", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(base+"/b", 0o755) })
	got, err := Find(t.Context(), []string{base})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sites) != 1 || got.Sites[0].Path != base+"/a/html" {
		t.Errorf("got %+v", got.Sites)
	}
	sitetest.WantNotes(t, "unreadable", got.Unreadable, base+"/b: permission denied")
}

// Without roots, the search reads the folders in which hosts usually keep sites.
func TestFindKnownRoots(t *testing.T) {
	got, err := Find(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Sites {
		if !filepath.IsAbs(s.Path) || !site.ValidName(s.Name) {
			t.Errorf("found %+v", s)
		}
	}
	for _, want := range []string{"/home/*", "/var/www", site.DebianCore} {
		if !slices.Contains(knownRoots(), want) {
			t.Errorf("%s is not searched", want)
		}
	}
}

// A search finds all of two thousand sites, at a low cost.
func TestFindThousands(t *testing.T) {
	base := t.TempDir()
	const n = 2000
	for i := range n {
		dir := fmt.Sprintf("%s/user%04d/public_html", base, i)
		for _, sub := range []string{"wp-content/plugins/p", "wp-admin/css", "images/a"} {
			if err := os.MkdirAll(dir+"/"+sub, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"wp-config.php", "wp-settings.php"} {
			if err := os.WriteFile(dir+"/"+name, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	watch := sitetest.Stopwatch()
	got, err := Find(t.Context(), []string{base})
	took := watch()
	if err != nil || len(got.Sites) != n {
		t.Fatalf("found %d, %v", len(got.Sites), err)
	}
	t.Logf("%d sites in %v", n, took)
	if took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
