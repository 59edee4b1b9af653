package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

var writeDocs = flag.Bool("write-docs", false, "write what inspect prints into its pages in docs")

const corpora = "../../wordpress/config/testdata"

// docBlock matches a transcript in a page: a command with a case of the corpus.
var docBlock = regexp.MustCompile("(?s)<!-- case: (\\S+) -->\n```console\n\\$ (wp-oneway inspect [^\n]*)\n(.*?)```\n")

// TestInspectPrintsWhatItsPagesShow runs every command of the pages about inspect.
func TestInspectPrintsWhatItsPagesShow(t *testing.T) {
	t.Parallel()
	blocks := 0
	for _, page := range []string{"inspect", "layouts", "refusals"} {
		blocks += checkTranscripts(t, "../../docs/"+page+".md")
	}
	if blocks < 9 {
		t.Errorf("the pages have %d transcripts, want 9 or more", blocks)
	}
}

// checkTranscripts runs the commands of a page, and returns the number of commands.
func checkTranscripts(t *testing.T, path string) (blocks int) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fresh := docBlock.ReplaceAllStringFunc(string(page), func(block string) string {
		blocks++
		m := docBlock.FindStringSubmatch(block)
		got := transcript(t, m[1], strings.Fields(m[2])[1:])
		if got != m[3] && !*writeDocs {
			t.Errorf("%s prints\n%s\nthe page shows\n%s", m[2], got, m[3])
		}
		return fmt.Sprintf("<!-- case: %s -->\n```console\n$ %s\n%s```\n", m[1], m[2], got)
	})
	if *writeDocs {
		if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return blocks
}

// transcript runs a command with a copy of a case, which the page shows as /srv, and returns its
// output. php.env is the environment of the case's PHP.
func transcript(t *testing.T, name string, args []string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	srv := filepath.Join(dir, "srv")
	if out, err := exec.Command("cp", "-r", filepath.Join(corpora, name, "tree"), srv).CombinedOutput(); err != nil {
		t.Fatalf("copy case: %v: %s", err, out)
	}
	var c struct {
		Env   map[string]string `json:"env"`
		Setup []struct{ Op, Path string }
	}
	text, err := os.ReadFile(filepath.Join(corpora, name, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	token := func(s string) string { return strings.ReplaceAll(s, "@@TREE@@", srv) }
	for _, s := range c.Setup {
		path := filepath.Join(srv, strings.TrimPrefix(s.Path, "tree/"))
		text, err := os.ReadFile(path)
		if err != nil || s.Op != "subst" {
			t.Fatalf("set up %s: %v", s.Op, err)
		}
		write(t, path, strings.NewReader(token(string(text))))
	}
	var env strings.Builder
	for k, v := range c.Env {
		fmt.Fprintf(&env, "%s=%s\n", k, token(v))
	}
	write(t, filepath.Join(srv, "php.env"), strings.NewReader(env.String()))
	for i, a := range args {
		if rest, ok := strings.CutPrefix(a, "/srv"); ok {
			args[i] = srv + rest
		}
	}
	_, stdout, stderr := newHost(t).run(args...)
	return strings.ReplaceAll(stdout+stderr, srv, "/srv")
}

// A configuration that is not a regular file is refused in one line. host.run ends a command that
// waits for a FIFO or reads a device without end.
func TestInspectRefusesSpecialFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		lay  func(path string) error
		want string
	}{
		{"50 MB of rubbish", func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("\x00\xff rubbish\n", 5<<20)), 0o644)
		}, "larger than 4 MiB"},
		{"4 MB of rubbish", func(path string) error {
			return os.WriteFile(path, []byte("<?php "+strings.Repeat("\x01\xff'rubbish\n", 380_000)), 0o644)
		}, "syntax error"},
		{"a FIFO", func(path string) error { return syscall.Mkfifo(path, 0o644) }, "not a regular file"},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o755) }, "not a regular file"},
		{"a link to a device", func(path string) error { return os.Symlink("/dev/zero", path) }, "outside the site's home"},
		{"a link to a process", func(path string) error { return os.Symlink("/proc/self/environ", path) }, "outside the site's home"},
		{"a socket", func(path string) error { return syscall.Mknod(path, syscall.S_IFSOCK|0o644, 0) }, "not a regular file"},
	} {
		root := filepath.Join(t.TempDir(), "home", "site")
		if err := os.MkdirAll(root, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, "wp-settings.php"), strings.NewReader("<?php"))
		if err := c.lay(filepath.Join(root, "wp-config.php")); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := newHost(t).run("inspect", root)
		if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) || len(stderr) > 600 {
			t.Errorf("%s: status %d, %q, %q; want 1 and one line with %q", c.name, code, stdout, stderr, c.want)
		}
	}
}
