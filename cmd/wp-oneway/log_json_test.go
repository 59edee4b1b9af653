package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// logged returns the messages of a JSON log, each with its level before it.
func logged(t *testing.T, stderr string) (lines []string) {
	t.Helper()
	for line := range strings.Lines(stderr) {
		var entry struct{ Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("logged as plain text: %s", line)
		}
		lines = append(lines, entry.Level+" "+entry.Msg)
	}
	return lines
}

// With --quiet, the log contains only problems, like the text output.
func TestQuietJSONLog(t *testing.T) {
	t.Parallel()
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	args := []string{"backup", site, "--kind", "files", "--name", "x", "--to", to, "--log-format", "json"}
	if code, _, stderr := h.run(args...); code != 0 || len(logged(t, stderr)) == 0 {
		t.Errorf("exit status %d, %q; want a message of success", code, stderr)
	}
	args = append(args, "--quiet")
	if code, _, stderr := h.run(args...); code != 0 || stderr != "" {
		t.Errorf("exit status %d, %q; want silence", code, stderr)
	}
	deep := filepath.Join(site, "wp-content/uploads", strings.Repeat("d/", 300)) // deeper than a backup reads
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := h.run(args...)
	if got := logged(t, stderr); code != 3 || len(got) != 1 || !strings.HasPrefix(got[0], "ERROR could not be read: ") {
		t.Errorf("exit status %d, %.300q", code, got)
	}
}
