package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/status"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// Status prints the table of backups, and the problems below it.
func Status(w io.Writer, r *status.Report) error {
	t := console.Table{Gap: 2, Fold: true, Columns: []console.Column{{Limit: 20}, {Limit: 10}, {Limit: 12}, {}, {}, {Optional: true}, {Optional: true}, {}}}
	t.Add("SITE", "KIND", "SINK", "LAST SUCCESS", "SIZE", "TOOK", "WARNINGS", "NEXT")
	var reasons strings.Builder
	for _, root := range r.Missing {
		reasons.WriteString(wordpress.Printable("critical: "+sites.MissingRoot(root)) + "\n")
	}
	for _, b := range r.Backups {
		last, size, took, warnings, next := "never", "-", "-", "-", "-"
		if b.LastSuccess != nil {
			last = Age(r.Time.Sub(*b.LastSuccess))
			size, took, warnings = humanize.IBytes(uint64(max(b.StoredBytes, 0))), shortDuration(b.Seconds), fmt.Sprint(b.Warnings)
		}
		if b.Next != nil {
			next = "in " + status.Age(b.Next.Sub(r.Time))
		}
		t.Add(b.Site, orDash(b.Kind), orDash(b.Destination), last, size, took, warnings, next)
		if b.Level != status.OK {
			reasons.WriteString(wordpress.Printable(strings.Join(strings.Fields(string(b.Level)+": "+b.Site+" "+b.Kind+" "+b.Destination), " ")+": "+b.Reason) + "\n")
		}
	}
	var text strings.Builder
	t.Write(&text, console.ScreenOf(w))
	if reasons.Len() > 0 {
		text.WriteString("\n" + reasons.String())
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("print the status: %w", err)
	}
	return nil
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// shortDuration returns a duration in seconds as text. It rounds durations of a second or more to
// seconds.
func shortDuration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// maxDrawn is the maximum number of runs that are drawn.
const maxDrawn = 40

// History draws the sizes and the durations of the last runs, by kind.
func History(w io.Writer, lines []state.HistoryLine) error {
	kinds := map[string][]state.HistoryLine{}
	for _, l := range lines {
		kinds[l.Kind] = append(kinds[l.Kind], l)
	}
	t := console.Table{Gap: 2, Columns: make([]console.Column, 5)}
	t.Add("KIND", "RUNS", "", "LAST", "")
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		runs := kinds[kind]
		count := fmt.Sprint(len(runs))
		runs = runs[max(0, len(runs)-maxDrawn):]
		sizes, durations := make([]float64, len(runs)), make([]float64, len(runs))
		size, took := "-", "-"
		for i, l := range runs {
			if l.Status != manifest.OK && l.Status != manifest.Incomplete {
				sizes[i], durations[i] = -1, -1
				continue
			}
			sizes[i], durations[i] = float64(l.StoredBytes()), max(l.Finished.Sub(l.Started).Seconds(), 0)
			size, took = humanize.IBytes(uint64(max(l.StoredBytes(), 0))), shortDuration(durations[i])
		}
		t.Add(kind, count, "size", size, status.Sparkline(sizes))
		t.Add("", "", "duration", took, status.Sparkline(durations))
	}
	var text strings.Builder
	t.Write(&text, console.ScreenOf(w))
	fmt.Fprintf(&text, "\n%s to %s; x is a run that failed\n", lines[0].Started.Format(time.DateOnly), lines[len(lines)-1].Started.Format(time.DateOnly))
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("print the history: %w", err)
	}
	return nil
}
