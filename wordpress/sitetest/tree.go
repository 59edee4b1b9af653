package sitetest

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Grow creates a tree in a new folder and returns that folder. A name that ends in "/"
// is a folder. The value is the content of a file, "-> target" for a link, or "| " for a
// FIFO.
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

// User IDs of two tenants without an account, and of a service.
const (
	AliceID   = 2001
	BobID     = 2002
	ServiceID = 33
)

// Chown sets the owners of files in a tree. It does not follow links.
func Chown(t *testing.T, base string, owners map[string]int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("changing owners needs root")
	}
	for name, uid := range owners {
		if err := os.Lchown(filepath.Join(base, name), uid, uid); err != nil {
			t.Fatal(err)
		}
	}
}

// Core returns a tree with the names of WordPress' own files.
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

// Site returns Core with a configuration and an upload.
func Site(dir string) map[string]string {
	return Join(Core(dir), map[string]string{dir + "wp-config.php": "<?php", dir + "wp-content/uploads/x": "x"})
}

// LoadsWP is the index.php of a site whose core is in wp/.
const LoadsWP = "<?php require __DIR__ . '/wp/wp-blog-header.php';"

// Small returns a small WordPress in dir, which ends in "/" or is empty, with a file in the
// uploads. config is its wp-config.php.
func Small(dir, config string) map[string]string {
	return map[string]string{
		dir + "index.php":                  "<?php require __DIR__ . '/wp-blog-header.php';",
		dir + "wp-blog-header.php":         "<?php require_once __DIR__ . '/wp-load.php';",
		dir + "wp-load.php":                "<?php",
		dir + "wp-settings.php":            "<?php",
		dir + "wp-includes/version.php":    "<?php $wp_version = '6.8';",
		dir + "wp-content/uploads/own.txt": "my own",
		dir + "wp-config.php":              config,
	}
}
