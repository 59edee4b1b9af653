package sitetest

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Grow makes a tree below a fresh folder and returns the folder: "dir/", a
// file's text, "-> target" for a link, "| " for a FIFO.
func Grow(t *testing.T, tree map[string]string) string {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range tree {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		target, link := strings.CutPrefix(text, "-> ")
		switch {
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		case link:
			err = os.Symlink(strings.ReplaceAll(target, "BASE", base), path)
		case text == "| ":
			err = syscall.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return base
}

// Two tenants whom no file knows, and a user of the system's.
const (
	AliceID   = 2001
	BobID     = 2002
	ServiceID = 33
)

// Chown gives parts of a tree to users; links themselves, not what they lead to.
func Chown(t *testing.T, base string, owners map[string]int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("giving files to others needs root")
	}
	for name, uid := range owners {
		if err := os.Lchown(filepath.Join(base, name), uid, uid); err != nil {
			t.Fatal(err)
		}
	}
}

// Core is a stand-in for WordPress' own files.
func Core(dir string) map[string]string {
	return map[string]string{
		dir + "index.php":                "<?php",
		dir + "wp-settings.php":          "<?php",
		dir + "wp-load.php":              "<?php",
		dir + "xmlrpc.php":               "<?php",
		dir + "wp-admin/index.php":       "<?php",
		dir + "wp-includes/version.php":  "<?php $wp_version = '6.6';",
		dir + "wp-includes/js/jquery.js": "js",
	}
}

// Join joins trees.
func Join(trees ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, tree := range trees {
		for name, text := range tree {
			all[name] = text
		}
	}
	return all
}

// Site is Core with a configuration beside it.
func Site(dir string) map[string]string {
	return Join(Core(dir), map[string]string{dir + "wp-config.php": "<?php", dir + "wp-content/uploads/x": "x"})
}

// LoadsWP is the index.php of a site whose core lies in wp/.
const LoadsWP = "<?php require __DIR__ . '/wp/wp-blog-header.php';"
