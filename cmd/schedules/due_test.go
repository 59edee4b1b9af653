package schedules

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// The files for monitoring say how often a run is due, from the installed schedules.
func TestDue(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)
	file := filepath.Join(t.TempDir(), "config.yaml")
	text := `kind: full
sites: [{path: /srv/a, name: a}, {path: /srv/b, name: b, kind: files}]
schedules: [{name: hourly, kind: db, sites: [a]}, {name: daily}, {name: six, kind: db, sites: ['/srv/*']}]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := settings.Load(pflag.NewFlagSet("", pflag.ContinueOnError), file)
	if err != nil {
		t.Fatal(err)
	}
	var due []dueTime
	for name, when := range map[string]string{"hourly": "every 1h", "daily": "daily 03:30", "six": "every 6h"} {
		d, err := dueTimeOf(t.Context(), c, schedule.Installed{Name: name, When: when}, now)
		if err != nil {
			t.Fatal(err)
		}
		due = append(due, d)
	}
	series := []state.Series{
		{Path: "/srv/a", Kind: "db"},
		{Path: "/srv/b", Kind: "db"},
		{Path: "/srv/a", Kind: "full-no_uploads"},
		{Path: "/srv/b", Kind: "files"},
		{Path: "/srv/b", Kind: "full"},
		{Path: "/home/c", Kind: "db"},
	}
	markDue(c, series, due)
	for i, want := range []struct {
		interval time.Duration
		next     time.Time
	}{
		{time.Hour, now.Add(time.Hour)},
		{6 * time.Hour, now.Add(6 * time.Hour)},
		{24 * time.Hour, time.Date(2026, 11, 24, 3, 30, 0, 0, time.Local)},
		{24 * time.Hour, time.Date(2026, 11, 24, 3, 30, 0, 0, time.Local)},
		{},
		{},
	} {
		got := series[i]
		if got.Interval.Round(time.Hour) != want.interval || !got.Next.Equal(want.next) {
			t.Errorf("%s of %s: every %s, next %s; want %s and %s", got.Kind, got.Path, got.Interval, got.Next, want.interval, want.next)
		}
	}
	if _, err := dueTimeOf(t.Context(), c, schedule.Installed{Name: "gone", When: "daily"}, now); err == nil {
		t.Error("a schedule that is not configured any more has times")
	}
}
