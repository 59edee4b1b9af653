package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// debianHost creates a chroot with the files that Debian's WordPress package installs: one core,
// and a configuration for each host.
func debianHost(t *testing.T, configs map[string]string) (root string, run func(args ...string) (int, string, string)) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("another root needs root")
	}
	root = t.TempDir()
	binary, err := os.ReadFile(shared.binary)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"usr/bin/wp-oneway": string(binary), "etc/passwd": "root:x:0:0::/root:/bin/sh\n", "etc/group": "root:x:0:\n", "tmp/.keep": "", "root/.keep": "",
		"usr/share/wordpress/index.php":               "<?php require __DIR__ . '/wp-blog-header.php';",
		"usr/share/wordpress/wp-blog-header.php":      "<?php",
		"usr/share/wordpress/wp-settings.php":         "<?php",
		"usr/share/wordpress/wp-includes/version.php": "<?php $wp_version = '6.1.9';",
		"var/lib/wordpress/wp-content/uploads/x.txt":  "x",
		// The package's file; the lines that matter are copied exactly.
		"usr/share/wordpress/wp-config.php": `<?php
$debian_server = preg_replace('/:.*/', "", $_SERVER['HTTP_HOST']);
$debian_server = preg_replace("/[^a-zA-Z0-9.\-]/", "", $debian_server);
$debian_file = '/etc/wordpress/config-'.strtolower($debian_server).'.php';
$debian_main_server = preg_replace("/^[^.]*\./", "", $debian_server);
$debian_main_file = '/etc/wordpress/config-'.strtolower($debian_main_server).'.php';
if (file_exists($debian_file)) {
    require_once($debian_file);
} elseif (file_exists($debian_main_file)) {
    require_once($debian_main_file);
} elseif (file_exists("/etc/wordpress/config-default.php")) {
    require_once("/etc/wordpress/config-default.php");
} else {
    exit(1);
}
if (!defined('ABSPATH')) define('ABSPATH', '/usr/share/wordpress/');
if (!defined('WP_CONTENT_DIR')) define('WP_CONTENT_DIR', '/var/lib/wordpress/wp-content');
if (!isset($table_prefix)) $table_prefix = 'wp_';
require_once(ABSPATH . 'wp-settings.php');
`,
	}
	for name, db := range configs {
		files["etc/wordpress/config-"+name+".php"] = "<?php define('DB_NAME', '" + db + "'); define('DB_USER', 'u'); define('DB_PASSWORD', 'p'); define('DB_HOST', 'localhost'); define('UPLOADS', '../../../var/lib/wordpress/wp-content/uploads');"
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root, func(args ...string) (int, string, string) {
		t.Helper()
		cmd := exec.Command("/usr/bin/wp-oneway", args...)
		cmd.Path, cmd.Err = "/usr/bin/wp-oneway", nil
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		cmd.Dir, cmd.Env = "/", []string{"HOME=/root"}
		var out, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &stderr
		_ = cmd.Run() // its exit status is checked later
		return cmd.ProcessState.ExitCode(), out.String(), stderr.String()
	}
}

// Each host of Debian's package is a site, with its own name, state and lock.
func TestHostsOfDebianPackageAreSites(t *testing.T) {
	t.Parallel()
	root, run := debianHost(t, map[string]string{"blog.example": "blog", "shop.example": "shop", "default": "rest"})
	code, stdout, stderr := run("sites", "--json")
	var survey agent.Survey
	if err := json.Unmarshal([]byte(stdout), &survey); err != nil || code != 0 {
		t.Fatalf("exit status %d: %v\n%s%s", code, err, stdout, stderr)
	}
	var got []string
	for _, s := range survey.Sites {
		db := "?"
		if s.Database != nil {
			db = s.Database.Name
		}
		got = append(got, strings.Join([]string{s.Name, s.Path, s.Layout, string(s.Status), db}, " "))
	}
	want := []string{
		"blog.example /usr/share/wordpress debian ready blog", "wordpress /usr/share/wordpress debian ready rest",
		"shop.example /usr/share/wordpress debian ready shop",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for range 2 {
		code, stdout, stderr = run("backup", "--all", "--kind", "files", "--to", "/var/backups/wp", "--json")
		var report manifest.Report
		if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 0 {
			t.Fatalf("exit status %d: %v\n%s%s", code, err, stdout, stderr)
		}
		if got := runStatuses(report); !slices.Equal(got, []string{"blog.example ok", "wordpress ok", "shop.example ok"}) {
			t.Errorf("got %q", got)
		}
	}
	for pattern, n := range map[string]int{"var/lib/wp-oneway/sites/*.json": 3, "var/lib/wp-oneway/names/*": 3, "run/wp-oneway/*.lock": 0, "var/backups/wp/shop.example/files-backups/*Z-*.manifest.json": 2} {
		if found, err := filepath.Glob(filepath.Join(root, pattern)); err != nil || len(found) != n {
			t.Errorf("%s: %q, want %d (%v)", pattern, found, n, err)
		}
	}
	// A path with a host, and another spelling of the host, mean the same site.
	for _, host := range []string{"shop.example", "SHOP.example:8080", "www.shop.example"} {
		code, stdout, stderr = run("backup", "/usr/share/wordpress", "--http-host", host, "--name", "shop.example", "--kind", "files", "--to", "/var/backups/wp", "--json")
		if code != 0 {
			t.Errorf("%s: exit status %d: %s%s", host, code, stdout, stderr)
		}
	}
	if found, _ := filepath.Glob(filepath.Join(root, "var/lib/wp-oneway/sites/*.json")); len(found) != 3 {
		t.Errorf("the state has %d sites", len(found))
	}
	// The name of a removed host is still registered.
	if err := os.Remove(filepath.Join(root, "etc/wordpress/config-shop.example.php")); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr = run("backup", "/usr/share/wordpress", "--http-host", "blog.example", "--name", "shop.example", "--kind", "files", "--to", "/var/backups/wp"); code != 0 {
		t.Errorf("the name of a host that is gone: exit status %d: %s", code, stderr)
	}
	// The configuration file has settings for each host.
	configured := "sites:\n  - {path: /usr/share/wordpress, http_host: blog.example, name: blog}\n  - {path: /usr/share/wordpress, http_host: default, ignore: none}\n"
	if err := os.WriteFile(filepath.Join(root, "etc/c.yaml"), []byte(configured), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = run("backup", "--all", "--config", "/etc/c.yaml", "--kind", "files", "--to", "/var/backups/wp", "--json")
	var report manifest.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 0 {
		t.Fatalf("exit status %d: %v\n%s%s", code, err, stdout, stderr)
	}
	if got := runStatuses(report); !slices.Equal(got, []string{"blog ok", "wordpress ignored"}) {
		t.Errorf("got %q", got)
	}
}

// The package without a host is not a site.
func TestDebianPackageWithoutHosts(t *testing.T) {
	t.Parallel()
	_, run := debianHost(t, nil)
	code, stdout, stderr := run("backup", "--all", "--kind", "files", "--to", "/var/backups/wp", "--json")
	var report manifest.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 0 {
		t.Fatalf("exit status %d: %v\n%s%s", code, err, stdout, stderr)
	}
	if got := runStatuses(report); !slices.Equal(got, []string{"wordpress ignored"}) {
		t.Errorf("got %q", got)
	}
}
