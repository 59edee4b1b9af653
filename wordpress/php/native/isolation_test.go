package native

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// leftovers lists the processes whose command line contains the text.
func leftovers(t *testing.T, text string) []string {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "no such process") {
			t.Fatal(err)
		}
		if strings.Contains(string(line), text) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// TestAskKillsWhatHangs: a PHP that hangs is killed after the timeout, whatever it does.
func TestAskKillsWhatHangs(t *testing.T) {
	for name, config := range map[string]string{
		"sleep":             "sleep(600);",
		"endless loop":      "while (true);",
		"a full pipe":       "while (true) { file_put_contents('php://stderr', 'x'); usleep(1000); }",
		"a FIFO":            "file_get_contents(__DIR__ . '/fifo');",
		"at the end":        "register_shutdown_function(function () { sleep(600); }); exit;",
		"after an error":    "register_shutdown_function(function () { while (true); }); hunter2();",
		"in a destructor":   "class D { function __destruct() { sleep(600); } } $GLOBALS['d'] = new D; sleep(600);",
		"ignoring the user": "ini_set('max_execution_time', 0); ini_set('memory_limit', -1); while (true) usleep(1);",
	} {
		for _, binary := range binaries {
			t.Run(name+filepath.Base(binary), func(t *testing.T) {
				t.Setenv("TMPDIR", t.TempDir())
				o := siteOptions(t, config, nil)
				o.Binary = binary
				if err := syscall.Mkfifo(filepath.Join(o.Server["DOCUMENT_ROOT"], "fifo"), 0o600); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
				defer cancel()
				a, err := Ask(ctx, o)
				if err == nil {
					t.Errorf("answer %+v", a)
				}
				if found := leftovers(t, os.Getenv("TMPDIR")); found != nil {
					t.Errorf("still there: %q", found)
				}
				if entries, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(entries) != 0 {
					t.Errorf("left behind: %v, %v", entries, err)
				}
			})
		}
	}
}

// TestAskDoesNotWaitAfterTheAnswer: Ask returns as soon as it has the answer. PHP is
// killed if it is still running.
func TestAskDoesNotWaitAfterTheAnswer(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := siteOptions(t, "define('DB_NAME', 'n'); register_shutdown_function(function () { sleep(600); });", nil)
	a, err := ask(t, o)
	if err != nil || a.Constants["DB_NAME"].Text != "n" {
		t.Errorf("%+v, %v", a, err)
	}
	if found := leftovers(t, os.Getenv("TMPDIR")); found != nil {
		t.Errorf("still there: %q", found)
	}
}

// TestEveryIsolationRunsPHP: PHP runs with and without namespaces.
func TestEveryIsolationRunsPHP(t *testing.T) {
	for i, isolation := range isolations() {
		for _, binary := range binaries {
			script := filepath.Join(t.TempDir(), "x.php")
			if err := os.WriteFile(script, []byte("<?php file_put_contents('php://stderr', posix_getsid(0) === posix_getpid() ? 'apart' : 'together');"), 0o644); err != nil {
				t.Fatal(err)
			}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd, err := launchJob{Binary: binary, Args: append(Options{}.arguments(), script)}.startIn(isolation, w)
			if err != nil {
				if i == 0 && forbidden(err) {
					t.Logf("namespaces are not allowed here: %v", err)
					continue
				}
				t.Fatal(err)
			}
			_ = w.Close()
			text := make([]byte, 100)
			n, _ := r.Read(text)
			if err := cmd.Wait(); err != nil || string(text[:n]) != "apart" {
				t.Errorf("isolation %d, %s: %q, %v", i, binary, text[:n], err)
			}
			_ = r.Close()
		}
	}
}

// TestAskAsNobody: without root, PHP runs in a user namespace if that is permitted, and
// keeps its user ID.
func TestAskAsNobody(t *testing.T) {
	if !sitetest.AsNobody(t) {
		return
	}
	o := siteOptions(t, "define('DB_NAME', posix_geteuid() . ' ' . fileowner(__FILE__)); file_put_contents(__DIR__ . '/note', 'x');", nil)
	if a, err := ask(t, o); err != nil || a.Constants["DB_NAME"].Text != "65534 65534" {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestAskAsRootRunsOnlyRootsCode: as root, code that another user could have written is
// not run.
func TestAskAsRootRunsOnlyRootsCode(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("the tests need root")
	}
	for name, spoil := range map[string]func(root string) error{
		"a tenant's file":    func(root string) error { return os.Chown(root+"/sub/more.php", sitetest.AliceID, 0) },
		"a tenant's folder":  func(root string) error { return os.Chown(root+"/sub", sitetest.AliceID, 0) },
		"a group's file":     func(root string) error { return os.Chmod(root+"/sub/more.php", 0o664) },
		"everybody's folder": func(root string) error { return os.Chmod(root+"/sub", 0o777) },
		"a tenant's file, linked": func(root string) error {
			return errors.Join(os.Rename(root+"/sub/more.php", root+"/theirs.php"), os.Chown(root+"/theirs.php", sitetest.AliceID, 0), os.Symlink("../theirs.php", root+"/sub/more.php"))
		},
	} {
		o := siteOptions(t, "define('DB_NAME', 'n'); require __DIR__ . '/sub/more.php';", map[string]string{"sub/more.php": "<?php touch(__DIR__ . '/../ran');"})
		root := o.Server["DOCUMENT_ROOT"]
		if err := spoil(root); err != nil {
			t.Fatal(err)
		}
		_, err := ask(t, o)
		if err == nil || !strings.Contains(err.Error(), "root does not run code that others can change") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(root + "/ran"); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
}
