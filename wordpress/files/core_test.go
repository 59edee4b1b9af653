package files

import (
	"os"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A file of the core in the root that was changed on this site is archived.
func TestWalkKeepsCustomisedCoreFiles(t *testing.T) {
	const (
		new63 = "<?php\n/**\n * Front to the WordPress application.\n *\n * @package WordPress\n */\n\n/**\n * Tells WordPress to load the theme.\n *\n * @var bool\n */\n" +
			"define( 'WP_USE_THEMES', true );\n\n/** Loads the WordPress Environment and Template */\nrequire __DIR__ . '/wp-blog-header.php';\n"
		old27 = "<?php\n/* Short and sweet */\ndefine('WP_USE_THEMES', true);\nrequire('./wp-blog-header.php');\n?>"
		old35 = "<?php\ndefine('WP_USE_THEMES', true);\n\n/** Loads */\nrequire( dirname( __FILE__ ) . '/wp-blog-header.php' );\n"
	)
	for name, c := range map[string]struct {
		file, text string
		age        time.Duration // after version.php
		want       bool
	}{
		"index.php of 6.3":             {"index.php", new63, 0, false},
		"index.php of 2.7":             {"index.php", old27, 0, false},
		"index.php of 3.5, Windows":    {"index.php", "<?php\r\n" + old35[6:], 0, false},
		"index.php with a redirection": {"index.php", "<?php if ($_GET['x']) { header('Location: /x'); exit; }\n" + old35[6:], -time.Hour, true},
		"index.php after HTML":         {"index.php", "<!-- x -->" + new63, 0, true},
		"index.php of another program": {"index.php", "<?php require 'app.php';", 0, true},
		"a file changed later":         {"wp-login.php", "<?php", time.Hour, true},
		"a file of the same update":    {"wp-login.php", "<?php", time.Minute, false},
		"an older file":                {"wp-login.php", "<?php", -time.Hour, false},
		"a folder":                     {"wp-admin/x", "x", time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			base := sitetest.Grow(t, sitetest.Join(sitetest.Site("html/"), map[string]string{"html/" + c.file: c.text}))
			version := time.Now().Add(-24 * time.Hour)
			for file, at := range map[string]time.Time{"wp-includes/version.php": version, c.file: version.Add(c.age)} {
				if err := os.Chtimes(base+"/html/"+file, at, at); err != nil {
					t.Fatal(err)
				}
			}
			for _, other := range []string{"index.php", "wp-settings.php", "wp-load.php", "xmlrpc.php"} {
				if other != c.file {
					if err := os.Chtimes(base+"/html/"+other, version, version); err != nil {
						t.Fatal(err)
					}
				}
			}
			got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{})
			if text, kept := got.content[c.file]; kept != c.want || kept && text != c.text {
				t.Errorf("archived: %v, want %v (%q)", kept, c.want, got.entries)
			}
		})
	}
}
