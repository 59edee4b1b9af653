package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// If the core's files are symlinks, PHP runs them in their real folder. The configuration
// is then the one for the real folder of wp-load.php.
func TestReadOfSharedCores(t *testing.T) {
	const (
		front    = "<?php require __DIR__ . '/wp-blog-header.php';"
		delegate = "<?php require $_SERVER['DOCUMENT_ROOT'] . '/wp-config.php';"
		other    = "<?php define('DB_NAME','other');define('DB_USER','u');$table_prefix='t_';require_once ABSPATH . 'wp-settings.php';"
	)
	all := []string{"index.php", "wp-blog-header.php", "wp-load.php", "wp-settings.php", "wp-includes"}
	for _, c := range []struct {
		name   string
		shared string // its folder
		config string // its configuration
		links  []string
		index  string
		want   string // the database's name, or a class
	}{
		{"every file, one configuration for all", "home/core", delegate, all, "", "n"},
		{"every file, a configuration of its own", "home/core", other, all, "", "other"},
		{"every file, without a configuration", "home/core", "", all, "", "no_config"},
		{"wp-load.php", "home/core", other, []string{"wp-load.php"}, "", "other"},
		{"wp-blog-header.php", "home/core", other, []string{"wp-blog-header.php"}, "", "other"},
		{"its folder", "home/core", delegate, []string{"wp"}, "<?php require __DIR__ . '/wp/wp-blog-header.php';", "n"},
		{"every file, but index.php defines ABSPATH", "home/core", other, all[1:], "<?php define('ABSPATH', __DIR__ . '/'); require __DIR__ . '/wp-blog-header.php';", "n"},
		{"every file, but index.php defines a relative ABSPATH", "home/core", other, all[1:], "<?php define('ABSPATH', './'); require __DIR__ . '/wp-blog-header.php';", "n"},
		{"every file, ABSPATH depends on the request", "home/core", other, all[1:], "<?php if ($_SERVER['HTTP_X']) define('ABSPATH', __DIR__ . '/'); require __DIR__ . '/wp-blog-header.php';", "undecidable"},
		{"only files that wp-load.php does not need", "outside", other, []string{"wp-settings.php", "wp-includes"}, "", "n"},
		{"every file, outside", "outside", other, all, "", "unsafe"},
		{"wp-load.php, outside", "outside", other, []string{"wp-load.php"}, "", "unsafe"},
		{"wp-blog-header.php, outside", "outside", other, []string{"wp-blog-header.php"}, "", "unsafe"},
		{"its folder, outside", "outside", other, []string{"wp"}, "<?php require __DIR__ . '/wp/wp-blog-header.php';", "unsafe"},
	} {
		root := writeSite(t, credentials, map[string]string{"wp-load.php": "<?php"})
		home := filepath.Dir(root)
		shared := filepath.Join(filepath.Dir(home), c.shared)
		files := map[string]string{"index.php": front, "wp-blog-header.php": "<?php", "wp-load.php": "<?php", "wp-settings.php": "<?php", "wp-includes/version.php": "<?php $wp_version = '6.1';"}
		if c.config != "" {
			files[site.ConfigFile] = c.config
		}
		for name, text := range files {
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(shared, name)), 0o755))
			must(t, os.WriteFile(filepath.Join(shared, name), []byte(text), 0o644))
		}
		for _, name := range c.links {
			must(t, os.RemoveAll(filepath.Join(root, name)))
			target := filepath.Join(shared, name)
			if name == "wp" {
				target = shared
			}
			must(t, os.Symlink(target, filepath.Join(root, name)))
		}
		if c.index != "" {
			must(t, os.WriteFile(filepath.Join(root, site.FrontFile), []byte(c.index), 0o644))
			must(t, os.Remove(filepath.Join(root, site.SettingsFile)))
		}
		s, err := Read(t.Context(), root, Options{Home: home, World: wordpress.World{EnvKnown: true}})
		var got string
		var refused *wordpress.ConfigError
		switch {
		case errors.As(err, &refused):
			got = string(refused.Class)
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
			continue
		default:
			got = s.Config.DB.Name
		}
		if got != c.want {
			t.Errorf("%s: got %s (%v), want %s", c.name, got, err, c.want)
		}
	}
}

// The version comes from a file that the tenant controls. Only the characters of a
// version are accepted.
func TestVersionOfTenant(t *testing.T) {
	for version, want := range map[string]string{
		"6.6.1": "6.6.1", "6.7-RC1": "6.7-RC1", "5.9.0+beta_2": "5.9.0+beta_2",
		"": "", "6.6\n": "", "6.6\x1b[31m": "", "6\x00": "", "6.6\r": "", "6.6 ": "", "6.6\x7f": "", "6.6\u009b": "", "6.6\u202e": "", "6.6<b>": "", "6.6@": "", "\x0e\x0f": "",
		strings.Repeat("6", 41): "",
	} {
		root := writeSite(t, credentials, map[string]string{site.VersionFile: "<?php $wp_version = " + quote(version) + ";"})
		s, err := Read(t.Context(), root, Options{Home: filepath.Dir(root), World: wordpress.World{EnvKnown: true}})
		if err != nil {
			t.Fatal(err)
		}
		if s.Version != want {
			t.Errorf("%q: got %q, want %q", version, s.Version, want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
