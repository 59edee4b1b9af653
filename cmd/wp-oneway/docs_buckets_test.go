package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// Each command of the pages about buckets and setup is accepted: policy runs, and of the commands that
// need the provider, the flags and the URL are checked.
func TestCommandsOfBucketPages(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	dir := t.TempDir()
	for _, name := range []string{"wp-oneway-web1-parent", "key"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := filepath.Glob("../../docs/buckets/*.md")
	if err != nil || len(pages) < 7 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	pages = append(pages, "../../docs/setup.md")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for line := range strings.Lines(string(text)) {
			line, isCode := strings.TrimSpace(line), strings.HasPrefix(line, "    ")
			if !isCode || !strings.HasPrefix(line, "wp-oneway ") {
				continue
			}
			ran++
			if !strings.HasPrefix(line, "wp-oneway policy ") {
				if _, url, quoted := strings.Cut(line, "'"); quoted {
					if _, err := sinks.Parse(strings.TrimSuffix(url, "'")); err != nil {
						t.Errorf("%s: %s: %v", page, line, err)
					}
				}
				line += " --help"
			}
			cmd := exec.CommandContext(t.Context(), "bash", "-c", `wp-oneway() { "$PROGRAM" "$@"; }; `+line)
			cmd.Dir, cmd.Env = dir, append(h.command().Env, "PROGRAM="+h.binary, "PATH="+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %v\n%s", page, line, err, out)
			}
		}
		if ran < 2 {
			t.Errorf("%s: %d commands", page, ran)
		}
		if n := strings.Count(string(text), "\n"); n > 200 {
			t.Errorf("%s has %d lines", page, n)
		}
	}
}
