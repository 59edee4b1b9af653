package status

import (
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
)

// at is when the tests judge.
func at() time.Time { return time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC) }

// series is a series whose last success was so long ago, before its last run with that status.
func series(success time.Duration, last manifest.Status) state.Series {
	s := state.Series{ID: "1", Site: "shop", Path: "/shop", Kind: "full", Destination: "nas"}
	s.Last = state.LastRun{Finished: at().Add(-success), Status: last}
	if last == manifest.Failed || last == manifest.Refused {
		s.Last.Error = "disk | full\nbad"
	}
	run := state.LastRun{Started: at().Add(-success - time.Minute), Finished: at().Add(-success)}
	s.Stored = &state.StoredRun{LastRun: run, Bytes: 1000, Contents: state.Contents{Warnings: 1}}
	return s
}

func TestJudge(t *testing.T) {
	never := series(0, manifest.Failed)
	never.Stored = nil
	partial := series(time.Hour, manifest.Incomplete)
	partial.Stored.Unreadable = 2
	gone := series(30*time.Hour, manifest.OK)
	gone.Gone = true
	ending, ended, fresh := series(time.Hour, manifest.OK), series(time.Hour, manifest.OK), series(time.Hour, manifest.OK)
	ending.Credential = &manifest.CredentialEnd{Renew: at().Add(-time.Hour), Expires: at().Add(20 * time.Hour)}
	ended.Credential = &manifest.CredentialEnd{Renew: at().Add(-3 * time.Hour), Expires: at().Add(-time.Hour)}
	fresh.Credential = &manifest.CredentialEnd{Renew: at().Add(time.Hour), Expires: at().Add(2 * time.Hour)}
	due := series(3*time.Hour, manifest.OK)
	due.Interval = time.Hour
	for _, c := range []struct {
		name   string
		series state.Series
		maxAge time.Duration
		level  Level
		reason string
	}{
		{"young", series(26*time.Hour, manifest.OK), 26 * time.Hour, OK, ""},
		{"old", series(26*time.Hour+time.Second, manifest.OK), 26 * time.Hour, Critical, "last backup 26h ago, more than 26h"},
		{"old and failed", series(96*time.Hour, manifest.Failed), 26 * time.Hour, Critical, "last backup 4d ago, more than 26h; disk | full\nbad"},
		{"gone", gone, 26 * time.Hour, Critical, "last backup 30h ago, more than 26h; the site's folder does not exist"},
		{"no limit", series(999*time.Hour, manifest.OK), 0, OK, ""},
		{"two intervals", due, 0, Critical, "last backup 3h ago, more than 2h"},
		{"never", never, 0, Critical, "never backed up, last run failed: disk | full\nbad"},
		{"failed", series(time.Hour, manifest.Failed), 26 * time.Hour, Warning, "last run failed: disk | full\nbad"},
		{"refused", series(time.Hour, manifest.Refused), 26 * time.Hour, Warning, "last run refused: disk | full\nbad"},
		{"locked", series(time.Hour, manifest.Locked), 26 * time.Hour, OK, ""},
		{"partial", partial, 26 * time.Hour, Warning, "last backup is partial: unreadable: 2"},
		{"credential ends", ending, 26 * time.Hour, Warning, "the sink's credential expires in 20h: replace it; the next run reads the new one"},
		{"credential has ended", ended, 26 * time.Hour, Warning, "the sink's credential has expired on 2026-11-30T02:00:00Z, as far as the last run knows: replace it, or back up if you have"},
		{"fresh credential", fresh, 26 * time.Hour, OK, ""},
		{"corrected clock", series(-time.Minute, manifest.OK), 26 * time.Hour, OK, ""},
		{"future", series(-time.Hour, manifest.OK), 26 * time.Hour, Warning, "last backup is dated 2026-11-30T04:00:00Z, which is in the future: check the clock and back up again"},
	} {
		r := New([]state.Series{c.series}, nil, at())
		r.Judge(c.maxAge)
		if b := r.Backups[0]; b.Level != c.level || b.Reason != c.reason || r.Level != c.level {
			t.Errorf("%s: got %s %q, want %s %q", c.name, b.Level, b.Reason, c.level, c.reason)
		}
	}
}

// Sites and configured sinks without a backup are there, and critical.
func TestStatusOfSitesWithoutBackup(t *testing.T) {
	r := New([]state.Series{series(time.Hour, manifest.OK)}, []Site{
		{ID: "1", Name: "shop", Path: "/shop", Destinations: []string{"nas", "vault"}},
		{ID: "2", Name: "blog", Path: "/blog", Destinations: []string{"nas"}, Problem: "name clash"},
		{Name: "shop", Path: "/shop"}, // its folder is gone
	}, at())
	r.Judge(0)
	var got []string
	for _, b := range r.Backups {
		got = append(got, strings.TrimSpace(b.Site+" "+b.Destination+" "+string(b.Level)+" "+b.Reason))
	}
	want := "shop nas ok\nshop vault critical never backed up\nblog  critical never backed up: name clash"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if err := r.Only([]string{"blog", "none"}); err == nil {
		t.Error("an unknown site was accepted")
	}
	if err := r.Only([]string{"/blog"}); err != nil || len(r.Backups) != 1 {
		t.Errorf("%d backups (%v)", len(r.Backups), err)
	}
}

func TestPluginLine(t *testing.T) {
	many := []state.Series{series(time.Hour, manifest.Failed), series(50*time.Hour, manifest.OK)}
	for range 4 {
		many = append(many, series(2*time.Hour, manifest.Failed))
	}
	for _, c := range []struct {
		series  []state.Series
		missing []string
		want    string
	}{
		{many[1:2], nil, "WP-ONEWAY CRITICAL - shop full nas: last backup 50h ago, more than 26h | backups=1 warning=0 critical=1 oldest=180000s;;93600 stored=1000B"},
		{
			many, nil, "WP-ONEWAY CRITICAL - shop full nas: last backup 50h ago, more than 26h; shop full nas: last run failed: disk / full bad; shop full nas: last run failed: disk / full bad; and 3 more" +
				" | backups=6 warning=5 critical=1 oldest=180000s;;93600 stored=6000B",
		},
		{[]state.Series{series(time.Hour, manifest.OK)}, []string{"/srv"}, "WP-ONEWAY CRITICAL - no such folder: /srv | backups=1 warning=0 critical=0 oldest=3600s;;93600 stored=1000B"},
	} {
		r := New(c.series, nil, at())
		r.Missing = c.missing
		r.Judge(26 * time.Hour)
		if got := r.Plugin(26 * time.Hour); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{nil, ""}, {[]float64{0, 0}, "▁▁"}, {[]float64{0, 1, 2, 3, 4, 5, 6, 7, 8}, "▁▂▃▄▅▆▇██"}, {[]float64{-1, 5, -1}, "x█x"},
	} {
		if got := Sparkline(c.values); got != c.want {
			t.Errorf("%v: got %s, want %s", c.values, got, c.want)
		}
	}
}
