package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A site whose folder belongs to root is read with the rights of the one tenant who may change
// the files that decide about it. If root read it, the tenant's drop-in or configuration could
// reach the databases and files of others.
func TestSiteOfRootThatATenantChanges(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("tenants need root")
	}
	evil := strings.Replace(config("x", "root", "/nowhere"), "$table", "define('WP_CONTENT_DIR', dirname(__DIR__) . '/root-only'); $table", 1)
	lookFor := strings.Replace(config("x", "x", "/nowhere"), "$table", "if (file_exists(__DIR__ . '/wp-content/uploads/local.php')) { require __DIR__ . '/wp-content/uploads/local.php'; } $table", 1)
	include := strings.Replace(config("x", "x", "/nowhere"), "$table", "require __DIR__ . '/wp-content/uploads/own.php'; @include __DIR__ . '/wp-content/uploads/more.php'; $table", 1)
	for name, c := range map[string]struct {
		chown  []string // arguments of chown below the site, each as OWNER PATH
		config string
		extra  string // additional lines of the site in the configuration file
		want   string // text that must be printed; the secret must never be printed
		code   int
	}{
		"everything in it is a tenant's":         {chown: []string{"2001 wp-config.php", "2001 wp-content"}, config: evil, want: "permission denied", code: 1},
		"the content folder is a tenant's":       {chown: []string{"2001 wp-content"}, config: config("x", "x", "/nowhere"), want: "own.txt"},
		"an included file is a tenant's":         {chown: []string{"2001 wp-content/uploads/own.php"}, config: include, want: "uid=2001"},
		"a tenant may create what is looked for": {chown: []string{"2001 wp-content/uploads"}, config: lookFor, want: "uid=2001"},
		"two tenants include":                    {chown: []string{"2001 wp-content/uploads/own.php", "2002 wp-content/uploads/more.php"}, config: include, want: "run_as", code: 1},
		"one includes, another has the uploads":  {chown: []string{"2002 wp-content/uploads", "2001 wp-content/own.php"}, config: strings.ReplaceAll(include, "/uploads/", "/"), want: "uid=2001"},
		"two tenants decide":                     {chown: []string{"2001 wp-content", "2002 wp-config.php"}, config: config("x", "x", "/nowhere"), want: "run_as", code: 1},
		"two tenants, one is chosen":             {chown: []string{"2001 wp-content", "2002 wp-config.php"}, config: config("x", "x", "/nowhere"), extra: "  run_as: 2001\n", want: "own.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "site")
			for dir := filepath.Dir(root); dir != "/tmp" && dir != "/"; dir = filepath.Dir(dir) {
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			rootOnly := filepath.Join(filepath.Dir(root), "root-only")
			if err := os.MkdirAll(filepath.Join(rootOnly, "plugins"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(rootOnly, "plugins", "secret.php"), []byte(bobsSecret), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := createSite(root, c.config); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"uploads/own.php", "uploads/more.php", "own.php", "more.php"} {
				if err := os.WriteFile(filepath.Join(root, "wp-content", name), []byte("<?php"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if out, err := exec.Command("chmod", "-R", "a+rX", root).CombinedOutput(); err != nil {
				t.Fatalf("chmod: %v\n%s", err, out)
			}
			for _, arg := range c.chown {
				owner, path, _ := strings.Cut(arg, " ")
				if out, err := exec.Command("chown", "-R", owner, filepath.Join(root, path)).CombinedOutput(); err != nil {
					t.Fatalf("chown: %v\n%s", err, out)
				}
			}
			file := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(file, []byte("sites:\n- path: "+root+"\n  kind: files\n"+c.extra), 0o600); err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			h := newHost(t)
			code, stdout, stderr := h.run("backup", "--config", file, root, "--to", folder, "--name", "x", "--verbose")
			listing, _ := exec.Command("sh", "-c", "zstd -dc "+folder+"/x/files-backups/*Z-*.tar.zst | tar -t").CombinedOutput()
			printed := stdout + stderr + string(listing)
			if !strings.Contains(printed, c.want) || code != c.code && !(c.code == 0 && code == 3) {
				t.Errorf("exit status %d, want %d with %q:\n%s", code, c.code, c.want, printed)
			}
			if strings.Contains(printed, "secret.php") {
				t.Error("a folder that only root may read was archived")
			}
		})
	}
}
