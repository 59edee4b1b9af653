package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A site whose folder belongs to root is read with the rights of the one tenant who may
// change what decides about it; as root, his drop-in or configuration would reach the
// databases and files of others.
func TestSiteOfRootThatATenantChanges(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("tenants need root")
	}
	evil := strings.Replace(config("x", "root", "/nowhere"), "$table", "define('WP_CONTENT_DIR', dirname(__DIR__) . '/root-only'); $table", 1)
	for name, c := range map[string]struct {
		chown  []string // arguments of chown below the site, each as OWNER PATH
		config string
		extra  string // lines of the site in the configuration file
		want   string // in what is printed; the secret never is
		code   int
	}{
		"everything in it is a tenant's":   {chown: []string{"2001 wp-config.php", "2001 wp-content"}, config: evil, want: "permission denied", code: 1},
		"the content folder is a tenant's": {chown: []string{"2001 wp-content"}, config: config("x", "x", "/nowhere"), want: "own.txt"},
		"two tenants decide":               {chown: []string{"2001 wp-content", "2002 wp-config.php"}, config: config("x", "x", "/nowhere"), want: "run_as", code: 1},
		"two tenants, one is chosen":       {chown: []string{"2001 wp-content", "2002 wp-config.php"}, config: config("x", "x", "/nowhere"), extra: "  run_as: 2001\n", want: "own.txt"},
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
