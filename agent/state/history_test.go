package state

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

func everyLine(*HistoryLine) bool { return true }

// appendRun appends a run to the history.
func appendRun(t *testing.T, d Dirs, run, message string) {
	t.Helper()
	line := NewHistoryLine(&manifest.SiteReport{Name: "shop", Run: run, Kind: manifest.DB, Status: manifest.Failed, Error: &manifest.ReportError{Message: message}}, false, time.Unix(0, 0))
	if err := d.AppendHistory(t.Context(), line); err != nil {
		t.Fatal(err)
	}
}

// readRuns returns the names of the runs of the history.
func readRuns(t *testing.T, d Dirs) string {
	t.Helper()
	lines, err := d.History(t.Context(), everyLine)
	if err != nil {
		t.Fatal(err)
	}
	var runs []string
	for _, l := range lines {
		runs = append(runs, l.Run)
	}
	return strings.Join(runs, " ")
}

func TestHistoryIsRotated(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	const runs = 25 // of 1 MiB each
	message := strings.Repeat("x", 1<<20)
	for range runs {
		appendRun(t, d, "big", message)
	}
	appendRun(t, d, "last", "")
	for _, path := range []string{d.historyPath(), d.historyPath() + ".1"} {
		info, err := os.Stat(path)
		if err != nil || info.Size() > maxHistory || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if got := strings.Fields(readRuns(t, d)); len(got) < 10 || got[len(got)-1] != "last" {
		t.Errorf("%d runs are left: %q", len(got), got)
	}
}

// A crash can leave half a line. It is skipped, and the next line is whole.
func TestHistorySurvivesHalfALine(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	appendRun(t, d, "first", "")
	text, err := os.ReadFile(d.historyPath())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.historyPath(), append(text, text[:len(text)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	appendRun(t, d, "second", "")
	if got := readRuns(t, d); got != "first second" {
		t.Errorf("runs %q", got)
	}
}
