package site

import (
	"os"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// The rules are those by which WordPress finds its configuration.
func TestDetect(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string // below root/
		want  string            // core, configuration; "" if it is no site
	}{
		"a usual site":                {map[string]string{"root/wp-settings.php": "", "root/wp-config.php": ""}, "root root/wp-config.php"},
		"a configuration above":       {map[string]string{"root/wp-settings.php": "", "wp-config.php": ""}, "root wp-config.php"},
		"a configuration of a core":   {map[string]string{"root/wp-settings.php": "", "wp-config.php": "", "wp-settings.php": ""}, "root "},
		"not yet configured":          {map[string]string{"root/wp-settings.php": ""}, "root "},
		"core files as links":         {map[string]string{"root/wp-settings.php": "-> /usr/share/wordpress/wp-settings.php", "root/wp-load.php": "-> /usr/share/wordpress/wp-load.php"}, "root root/wp-load.php"},
		"a folder named like a file":  {map[string]string{"root/wp-settings.php/x": "", "root/wp-config.php": ""}, ""},
		"a core in a folder":          {map[string]string{"root/index.php": "<?php require __DIR__ . '/wp/wp-blog-header.php';", "root/wp/wp-settings.php": "", "root/wp/wp-config.php": ""}, "root/wp root/wp/wp-config.php"},
		"its configuration beside it": {map[string]string{"root/index.php": "require('wp/wp-blog-header.php');", "root/wp/wp-settings.php": "", "root/wp-config.php": ""}, "root/wp root/wp-config.php"},
		"double quotes":               {map[string]string{"root/index.php": `require "wp/wp-blog-header.php";`, "root/wp/wp-settings.php": ""}, "root/wp "},
		"the end of another name":     {map[string]string{"root/index.php": "require __DIR__ . '/mywp/wp-blog-header.php';", "root/wp/wp-settings.php": ""}, ""},
		"a core that is not loaded":   {map[string]string{"root/index.php": "<?php", "root/wp/wp-settings.php": ""}, ""},
		"a core without an index":     {map[string]string{"root/wp/wp-settings.php": "", "root/wp/wp-config.php": ""}, ""},
		"a hidden core":               {map[string]string{"root/index.php": "'/.wp/wp-blog-header.php'", "root/.wp/wp-settings.php": ""}, ""},
		"a folder without a core":     {map[string]string{"root/index.php": "'/wp/wp-blog-header.php'", "root/wp/x": ""}, ""},
		"a core behind a link":        {map[string]string{"root/index.php": "'/wp/wp-blog-header.php'", "root/wp": "-> /srv/core"}, "root/wp root/wp"}, //nolint:dupword // two folders
		"a link, and a configuration": {map[string]string{"root/index.php": "'/wp/wp-blog-header.php'", "root/wp": "-> /srv/core", "root/wp-config.php": ""}, "root/wp root/wp-config.php"},
		"a link of another name":      {map[string]string{"root/index.php": "'/wp/wp-blog-header.php'", "root/other": "-> /srv/core"}, ""},
		"an index that is a folder":   {map[string]string{"root/index.php/x": "", "root/wp/wp-settings.php": ""}, ""},
		"an index of another file":    {map[string]string{"root/index.php": "-> ../index", "index": "'/wp/wp-blog-header.php'", "root/wp/wp-settings.php": ""}, ""},
	} {
		base := sitetest.Grow(t, c.files)
		dir, err := os.Open(base + "/root")
		if err != nil {
			t.Fatal(err)
		}
		in, found := Detect(dir, base+"/root", func() (folders, links []string) { return listNames(dir) })
		got := strings.TrimPrefix(in.Core, base+"/") + " " + strings.TrimPrefix(in.Config, base+"/")
		if !found {
			got = ""
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if is := IsSite(dir); is && !found {
			t.Errorf("%s: it is a site", name)
		}
		_ = dir.Close()
	}
}

func TestIsSite(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"a/wp-settings.php": "", "a/wp-config.php": "", "b/wp-settings.php": "", "c/wp-config.php": "",
		"content/plugins/x": "", "content/themes/x": "", "half/plugins/x": "", "links/plugins": "-> ../content/plugins", "links/themes": "-> ../content/themes",
	})
	for name, want := range map[string][2]bool{"a": {true, false}, "b": {}, "c": {}, "content": {false, true}, "half": {}, "links": {}} {
		dir, err := os.Open(base + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{IsSite(dir), HasContent(dir)}; got != want {
			t.Errorf("%s: a site, and a content folder: %v", name, got)
		}
		_ = dir.Close()
	}
	for name, want := range map[string]bool{".git": true, "wp-content": true, "node_modules": true, "vendor": true, "Maildir": true, "backups": true, "lost+found": true, "blog": false, "backup2": false, "Wp-content": false} {
		if got := SearchSkips(name); got != want {
			t.Errorf("a search skips %s: %v", name, got)
		}
	}
}
