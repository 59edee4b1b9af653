package wordpress

import (
	"strings"
	"testing"
)

// Debian's package: core, configuration and content lie in three folders.
func TestWalkDebian(t *testing.T) {
	base := grow(t, with(core("usr/wordpress/"), map[string]string{
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
	home, err := openRoots(base+"/usr/wordpress", []string{base + "/etc", base + "/lib"})
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	got := takeFrom(t, home, Folders{
		Root: base + "/usr/wordpress", ContentDir: base + "/lib/wp-content",
		ConfigFiles: []string{base + "/usr/wordpress/wp-config.php", base + "/etc/config-a.example.php"},
	}, Selection{})
	c := "lib/wp-content/"
	got.wantEntries(t, `usr/wordpress/ usr/wordpress/wp-config.php usr/wordpress/.htaccess→`+base+`/etc/htaccess etc/ etc/htaccess etc/config-a.example.php
		usr/wordpress/wp-content/ usr/wordpress/wp-content/themes/ usr/wordpress/wp-content/themes/t/ usr/wordpress/wp-content/themes/t/x
		lib/ `+c+` `+c+`uploads/ `+c+`uploads/x `+c+`uploads/shadow→/etc/shadow `+c+`themes/ `+c+`themes/t→`+base+`/usr/wordpress/wp-content/themes/t`)
	wantNotes(t, "unreadable", got.report.Unreadable)
	wantNotes(t, "warnings", got.report.Warnings, c+"uploads/shadow: outside")
}

func TestWalkLinks(t *testing.T) {
	base := grow(t, with(core("home/html/"), core("home/shop/"), map[string]string{
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
		"home/html/wp-content/uploads/banned": "-> ../../../mirror/node_modules",
		"home/mirror/node_modules/x":          "npm",
	}))
	got := take(t, base+"/home", Folders{Root: base + "/home/html"}, Selection{})
	c := "html/wp-content/"
	got.wantEntries(t, `./ html/ html/wp-config.php html/wp-content/ html/wp-content/uploads/
		data/ data/one data/sub/ data/sub/two data/back→../html/wp-content data/more→../more more/ more/three mirror/
		`+c+`a→../../data/sub `+c+`b→../../data `+c+`c→`+base+`/home/data/one `+c+`self→. `+c+`up→.. `+c+`loop→loop
		`+c+`home→../.. `+c+`dangling→nothing `+c+`bob→`+base+`/bob `+c+`shadow→/etc/shadow `+c+`environ→/proc/self/environ
		`+c+`null→/dev/null `+c+`shop→../../shop `+c+`tofifo→../../fifo `+c+`tocache→cache/x
		`+c+`uploads/core→../../wp-includes `+c+`uploads/banned→../../../mirror/node_modules`)
	wantNotes(t, "warnings", got.report.Warnings,
		"fifo: is no regular file",
		c+"bob: outside", c+"environ: outside", c+"home: whole site", c+"null: outside", c+"shadow: outside", c+"shop: site of its own")
	wantNotes(t, "unreadable", got.report.Unreadable)
	for name, text := range got.content {
		if strings.Contains(text, "bob's") || strings.Contains(text, "root:") {
			t.Errorf("%s holds another's data", name)
		}
	}
}

// An installation inside another is a site of its own; the core or the content
// of this one is not, nor is what lies in its content.
func TestWalkInnerSites(t *testing.T) {
	base := grow(t, with(core("html/wp/"), core("html/blog/"), core("html/docs/wp/"), core("html/app/plugins/clone/"), core("html/unzipped/"), map[string]string{
		"html/index.php":                       "index",
		"html/wp-config.php":                   "config",
		"html/app/themes/t/style.css":          "css",
		"html/app/plugins/clone/wp-config.php": "a fixture",
		"html/blog/wp-config.php":              "config",
		"html/blog/wp-content/uploads/x":       "blog's",
		"html/docs/wp-config.php":              "config",
		"html/docs/index.php":                  "index",
		"html/lone/wp-config.php":              "no core",
	}))
	site := Folders{Root: base + "/html", Core: base + "/html/wp", ContentDir: base + "/html/app"}
	got := take(t, base, site, Selection{})
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
	wantNotes(t, "warnings", got.report.Warnings, "blog: site of its own", "docs: site of its own")
	if got := take(t, base, site, Selection{Include: []string{"blog"}}); got.content["blog/wp-content/uploads/x"] != "blog's" {
		t.Error("an inner site that is asked for by name is missing")
	}
}
