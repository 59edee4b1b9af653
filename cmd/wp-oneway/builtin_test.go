package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A shell hands unfinished lines over: an empty last word most of all.
func TestAShellIsToldWhatCouldComeNext(t *testing.T) {
	h := newHost(t)
	broken := filepath.Join(h.state, ".config", "wp-oneway", "config.yaml") // no reason to complete nothing
	if err := os.MkdirAll(filepath.Dir(broken), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken, []byte("nonsense: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"|":                      "backup\t",
		"backup||":               ":0",
		"backup|--kind|":         "full\ndb\nfiles",
		"backup|--compression|g": "gzip\n",
		"dump|--for|my":          "mysql57\nmysql8\n",
		"sites|--log-format|":    "text\njson",
		"backup|--to||--no-up":   "--no-uploads",
	} {
		code, stdout, stderr := h.run(append([]string{"__complete"}, strings.Split(strings.TrimPrefix(line, "|"), "|")...)...)
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit status %d, %q, %q; want %q", line, code, stdout, stderr, want)
		}
	}
	if code, stdout, stderr := h.run("completion", "bash"); code != 0 || !strings.Contains(stdout, "__start_wp-oneway") {
		t.Errorf("completion bash: exit status %d, %.100q, %q", code, stdout, stderr)
	}
}

func TestHelpAndCompletionOfWhatIsNotThereAreUsage(t *testing.T) {
	h := newHost(t)
	h.refused(`no command is called "bakcup"`, "help", "bakcup")
	h.refused(`no completion for "tcsh"; there are bash`, "completion", "tcsh")
	h.refused("bash takes no argument", "completion", "bash", "x")
	for _, args := range [][]string{{"help"}, {"help", "backup"}, {"help", "policy", "s3"}, {"completion"}, {"backup", "--help"}} {
		if code, stdout, _ := h.run(args...); code != 0 || !strings.Contains(stdout, "--help") {
			t.Errorf("%q: exit status %d, %q", args, code, stdout)
		}
	}
}
