package drill_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/agent/restore/drill"
)

// Texts from a backup are escaped in the page, and files that are not reports are skipped.
func TestSave(t *testing.T) {
	t.Parallel()
	folder, start := filepath.Join(t.TempDir(), "drills"), time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	hostile := `<script src="x">` + "\x1b]0;\x07\xff"
	report := drill.Report{
		Version: 1, Site: "shop", Kind: "full", Run: hostile, From: hostile, Host: hostile, Agent: hostile, Server: hostile, Started: start, Finished: start.Add(time.Minute), Stored: start.Add(-50 * time.Hour),
		Checks: []drill.Check{{Name: hostile, Result: drill.Result(hostile), Found: hostile, Problems: []string{hostile}}}, Remaining: []string{hostile},
	}
	first, _, err := report.Save(folder)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"shop-drill-garbage.json": "{", "shop-drill-other.json": `{"version":1,"site":"other"}`, "shop-drill-newer.json": `{"version":2,"site":"shop"}`} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report.Started, report.Passed = start.Add(24*time.Hour), true
	report.Finished = report.Started.Add(time.Hour)
	second, _, err := report.Save(folder)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{first: 0, second: 1} {
		text, err := os.ReadFile(strings.TrimSuffix(path, ".json") + ".html")
		if err != nil {
			t.Fatal(err)
		}
		page := string(text)
		if strings.Contains(page, "<script") || strings.ContainsAny(page, "\x1b\x07") || !utf8.ValidString(page) || !strings.Contains(page, "2 days before the drill") && path == first {
			t.Errorf("%s", page)
		}
		_, earlier, _ := strings.Cut(page, "Earlier drills")
		if rows := strings.Count(earlier, "<tr><td>"); rows != want || want == 1 && !strings.Contains(earlier, "2026-11-30 03:00:00 UTC") {
			t.Errorf("%d earlier drills, want %d: %s", rows, want, earlier)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
}
