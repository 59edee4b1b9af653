package files

import (
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/find"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Debian's package has three folders: core, configuration and content.
func TestWalkDebian(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("usr/wordpress/"), map[string]string{
		"usr/wordpress/wp-config.php":         "config",
		"usr/wordpress/.htaccess":             "-> BASE/etc/htaccess",
		"usr/wordpress/wp-content/themes/t/x": "theme",
		"usr/other":                           "x",
		"etc/config-a.example.php":            "host",
		"etc/htaccess":                        "ht",
		"lib/wp-content/uploads/x":            "upload",
		"lib/wp-content/cache/x":              "cached",
		"lib/wp-content/themes/t":             "-> BASE/usr/wordpress/wp-content/themes/t",
		"lib/wp-content/uploads/shadow":       "-> /etc/shadow",
	}))
	home, err := safefs.OpenHome(base+"/usr/wordpress", base+"/etc", base+"/lib")
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	got := walkHome(t, home, Folders{
		Root: base + "/usr/wordpress", ContentDir: base + "/lib/wp-content",
		ConfigFiles: []string{base + "/usr/wordpress/wp-config.php", base + "/etc/config-a.example.php"},
	}, Selection{})
	c := "lib/wp-content/"
	got.wantEntries(t, `usr/wordpress/ usr/wordpress/wp-config.php usr/wordpress/.htaccess→`+base+`/etc/htaccess etc/ etc/htaccess etc/config-a.example.php
		usr/wordpress/wp-content/ usr/wordpress/wp-content/themes/ usr/wordpress/wp-content/themes/t/ usr/wordpress/wp-content/themes/t/x
		lib/ `+c+` `+c+`uploads/ `+c+`uploads/x `+c+`uploads/shadow→/etc/shadow `+c+`themes/ `+c+`themes/t→`+base+`/usr/wordpress/wp-content/themes/t`)
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable)
	sitetest.WantNotes(t, "warnings", got.report.Warnings, c+"uploads/shadow: outside")
}

func TestWalkLinks(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("home/html/"), sitetest.Core("home/shop/"), map[string]string{
		"bob/secret":                          "bob's",
		"home/html/wp-config.php":             "config",
		"home/shop/wp-config.php":             "config",
		"home/data/one":                       "1",
		"home/data/sub/two":                   "2",
		"home/data/back":                      "-> ../html/wp-content",
		"home/data/more":                      "-> ../more",
		"home/more/three":                     "3",
		"home/html/wp-content/a":              "-> ../../data/sub",
		"home/html/wp-content/b":              "-> ../../data",
		"home/html/wp-content/c":              "-> BASE/home/data/one",
		"home/html/wp-content/self":           "-> .",
		"home/html/wp-content/up":             "-> ..",
		"home/html/wp-content/loop":           "-> loop",
		"home/html/wp-content/home":           "-> ../..",
		"home/html/wp-content/dangling":       "-> nothing",
		"home/html/wp-content/bob":            "-> BASE/bob",
		"home/html/wp-content/shadow":         "-> /etc/shadow",
		"home/html/wp-content/environ":        "-> /proc/self/environ",
		"home/html/wp-content/null":           "-> /dev/null",
		"home/html/wp-content/shop":           "-> ../../shop",
		"home/html/wp-content/tofifo":         "-> ../../fifo",
		"home/fifo":                           "| ",
		"home/html/wp-content/cache/x":        "cached",
		"home/html/wp-content/tocache":        "-> cache/x",
		"home/html/wp-content/uploads/core":   "-> ../../wp-includes",
		"home/html/wp-content/uploads/banned": "-> ../../../mirror/.svn",
		"home/mirror/.svn/x":                  "npm",
	}))
	got := walkSite(t, base+"/home", Folders{Root: base + "/home/html"}, Selection{})
	c := "html/wp-content/"
	got.wantEntries(t, `./ html/ html/wp-config.php html/wp-content/ html/wp-content/uploads/
		data/ data/one data/sub/ data/sub/two data/back→../html/wp-content data/more→../more more/ more/three mirror/
		`+c+`a→../../data/sub `+c+`b→../../data `+c+`c→`+base+`/home/data/one `+c+`self→. `+c+`up→.. `+c+`loop→loop
		`+c+`home→../.. `+c+`dangling→nothing `+c+`bob→`+base+`/bob `+c+`shadow→/etc/shadow `+c+`environ→/proc/self/environ
		`+c+`null→/dev/null `+c+`shop→../../shop `+c+`tofifo→../../fifo `+c+`tocache→cache/x
		`+c+`uploads/core→../../wp-includes `+c+`uploads/banned→../../../mirror/.svn`)
	sitetest.WantNotes(t, "warnings", got.report.Warnings,
		"fifo: is not a regular file",
		c+"bob: outside", c+"environ: outside", c+"home: whole site", c+"null: outside", c+"shadow: outside", c+"shop: another WordPress site")
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable)
	for name, text := range got.content {
		if strings.Contains(text, "bob's") || strings.Contains(text, "root:") {
			t.Errorf("%s holds another's data", name)
		}
	}
}

// An installation inside another is another site. The core and the content folder of the
// outer site are not.
func TestWalkInnerSites(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("html/wp/"), sitetest.Core("html/blog/"), sitetest.Core("html/docs/wp/"), sitetest.Core("html/app/plugins/clone/"), sitetest.Core("html/unzipped/"), map[string]string{
		"html/index.php":                       "index",
		"html/wp-config.php":                   "config",
		"html/app/themes/t/style.css":          "css",
		"html/app/plugins/clone/wp-config.php": "a fixture",
		"html/blog/wp-config.php":              "config",
		"html/blog/wp-content/uploads/x":       "blog's",
		"html/docs/wp-config.php":              "config",
		"html/docs/index.php":                  sitetest.LoadsWP,
		"html/lone/wp-config.php":              "no core",
	}))
	site := Folders{Root: base + "/html", Core: base + "/html/wp", ContentDir: base + "/html/app"}
	got := walkSite(t, base, site, Selection{})
	for _, e := range got.entries {
		if strings.HasPrefix(e, "blog/") || strings.HasPrefix(e, "docs/") || strings.HasPrefix(e, "wp/wp-") {
			t.Errorf("%s was archived", e)
		}
	}
	for _, name := range []string{"index.php", "wp-config.php", "app/themes/t/style.css", "app/plugins/clone/wp-settings.php", "unzipped/wp-settings.php", "lone/wp-config.php"} {
		if _, ok := got.content[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings, "blog: another WordPress site", "docs: another WordPress site")
	if got := walkSite(t, base, site, Selection{Include: []string{"blog"}}); got.content["blog/wp-content/uploads/x"] != "blog's" {
		t.Error("an inner site that is asked for by name is missing")
	}
}

// Links to a shared core are archived as links. The core itself is archived only with
// WithCore.
func TestWalkKeepsLinksToASharedCore(t *testing.T) {
	tree := sitetest.Join(sitetest.Core("home/core/"), map[string]string{
		"home/one/wp-config.php": "config", "home/one/wp-content/x": "x", "home/one/wp-settings.php": "<?php", "home/one/index.php": "<?php",
		"home/one/wp-includes": "-> ../core/wp-includes", "home/one/wp-admin": "-> BASE/home/core/wp-admin", "home/one/wp-load.php": "-> /srv/shared/wp-load.php",
		"home/two/wp-config.php": "config", "home/two/wp-content/x": "x", "home/two/index.php": sitetest.LoadsWP, "home/two/wp": "-> ../core",
	})
	base := sitetest.Grow(t, tree)
	got := walkSite(t, base+"/home", Folders{Root: base + "/home/one"}, Selection{})
	links := "wp-includes→../core/wp-includes wp-admin→" + base + "/home/core/wp-admin wp-load.php→/srv/shared/wp-load.php"
	got.wantEntries(t, "./ wp-config.php wp-content/ wp-content/x "+links)
	sitetest.WantNotes(t, "warnings", got.report.Warnings)
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable)

	got = walkSite(t, base+"/home", Folders{Root: base + "/home/one"}, Selection{Exclude: []string{"wp-admin", "wp-load.php"}})
	got.wantEntries(t, "./ wp-config.php wp-content/ wp-content/x wp-includes→../core/wp-includes")

	got = walkSite(t, base+"/home", Folders{Root: base + "/home/two", Core: base + "/home/core", ContentDir: base + "/home/two/wp-content"}, Selection{})
	got.wantEntries(t, "./ wp-config.php wp-content/ wp-content/x index.php wp→../core")

	got = walkSite(t, base+"/home", Folders{Root: base + "/home/one"}, Selection{WithCore: true})
	got.wantEntries(t, "./ one/ one/wp-config.php one/wp-content/ one/wp-content/x one/index.php one/wp-settings.php one/wp-includes→../core/wp-includes one/wp-admin→"+base+"/home/core/wp-admin one/wp-load.php→/srv/shared/wp-load.php core/ core/wp-includes/ core/wp-includes/version.php core/wp-includes/js/ core/wp-includes/js/jquery.js core/wp-admin/ core/wp-admin/index.php")
	sitetest.WantNotes(t, "warnings", got.report.Warnings, "one/wp-load.php: outside")
}

// The walk leaves out an inner site if and only if the search finds it.
func TestWalkAndSearchAgreeOnInnerSites(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Site("html/"), sitetest.Site("html/own/"), sitetest.Site("html/a/b/deep/"), sitetest.Site("html/a/b/c/deeper/"), sitetest.Site("html/tmp/copy/"), sitetest.Site("html/.old/"),
		map[string]string{"html/kept/plugins/x": "x", "html/kept/themes/x": "x"}, sitetest.Site("html/kept/here/"), sitetest.Core("html/sub/wp/"), sitetest.Core("html/odd/wp/"), map[string]string{
			"html/sub/wp-config.php": "config", "html/sub/index.php": sitetest.LoadsWP, "html/sub/mine": "x",
			"html/odd/wp-config.php": "config", "html/odd/index.php": "<?php require $core . '/wp-blog-header.php';", "html/odd/mine": "x",
			"html/link/wp-config.php": "config", "html/link/index.php": sitetest.LoadsWP, "html/link/wp": "-> BASE/shared", "html/link/mine": "x",
			"html/none/wp-config.php": "config", "html/none/index.php": "<?php", "html/none/wp": "-> BASE/shared", "html/none/mine": "x",
		}))
	search, err := find.Find(t.Context(), []string{base})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, s := range search.Sites {
		found = append(found, strings.ReplaceAll(s.Path+" "+s.Core+" "+s.Config, base+"/html", ""))
	}
	want := []string{
		"  /wp-config.php", "/a/b/deep /a/b/deep /a/b/deep/wp-config.php", "/link /link/wp /link/wp-config.php",
		"/odd/wp /odd/wp /odd/wp-config.php", "/own /own /own/wp-config.php", "/sub /sub/wp /sub/wp-config.php",
	}
	if !slices.Equal(found, want) {
		t.Errorf("the search found\n%q, want\n%q", found, want)
	}
	got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{})
	for name, want := range map[string]bool{
		"a/b/deep/wp-config.php": false, "a/b/c/deeper/wp-config.php": true, "tmp/copy/wp-config.php": true, ".old/wp-config.php": true, "kept/here/wp-config.php": true, "sub/mine": false, "own/wp-config.php": false, "link/mine": false, "odd/mine": true, "none/mine": true,
	} {
		if _, has := got.content[name]; has != want {
			t.Errorf("%s is archived with the outer site: %t, want %t", name, has, want)
		}
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings, ".old: not its database",
		"a/b/c/deeper: not its database", "a/b/deep: left out", "kept/here: not its database", "link: left out", "own: left out", "sub: left out", "tmp/copy: not its database")
}
