package schedule

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestParseTimes(t *testing.T) {
	for text, want := range map[string]struct{ fields, calendar string }{
		"daily 03:30":        {"30 3 * * *", "*-*-* 03:30:00"},
		"daily":              {"0 0 * * *", "*-*-* 00:00:00"},
		"weekly":             {"0 0 * * 1", "Mon *-*-* 00:00:00"},
		"monthly":            {"0 0 1 * *", "*-*-01 00:00:00"},
		"hourly":             {"0 * * * *", "*-*-* *:00:00"},
		"every 6h":           {"0 */6 * * *", "*-*-* 00,06,12,18:00:00"},
		"every 24h":          {"0 0 * * *", "*-*-* 00:00:00"},
		"every 60m":          {"0 */1 * * *", "*-*-* *:00:00"},
		"every 20m":          {"*/20 * * * *", "*-*-* *:00,20,40:00"},
		" 30  3 * * 0 ":      {"30 3 * * 0", "Sun *-*-* 03:30:00"},
		"5 4 * jan mon-wed":  {"5 4 * jan mon-wed", "Mon,Tue,Wed *-01-* 04:05:00"},
		"0 3 1,15 * *":       {"0 3 1,15 * *", "*-*-01,15 03:00:00"},
		"Sun *-*-1..7 03:30": {"", "Sun *-*-1..7 03:30"},
		"Mon..Fri 18:00 UTC": {"", "Mon..Fri 18:00 UTC"},
		"*:0/15":             {"", "*:0/15"},
		"*-*~1 02:00:00":     {"", "*-*~1 02:00:00"},
		"03:00 Asia/Kolkata": {"", "03:00 Asia/Kolkata"},
	} {
		got, err := ParseTimes(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if fields, err := got.Fields(); fields != want.fields || (err == nil) != (fields != "") {
			t.Errorf("%q for cron: %q, %v", text, fields, err)
		}
		if got.Calendar() != want.calendar {
			t.Errorf("%q for systemd: %q, want %q", text, got.Calendar(), want.calendar)
		}
		// systemd itself is the judge of what it reads.
		if out, err := exec.CommandContext(t.Context(), "systemd-analyze", "calendar", got.Calendar()).CombinedOutput(); err != nil {
			t.Errorf("%q: %v: %s", text, err, out)
		}
	}
}

func TestParseTimesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "form is unknown",
		"never":                 "form is unknown",
		"dayly 03:30":           "form is unknown",
		"daily 3 o'clock":       "time of day",
		"daily 24:00":           "time of day",
		"every 7h":              "does not divide a day",
		"every 90m":             "does not divide a day",
		"every 0s":              "does not divide a day",
		"every 90s":             "does not divide a day",
		"every -6h":             "does not divide a day",
		"every day":             "not an interval",
		"61 3 * * *":            "above maximum",
		"0 3 1-7 * 0":           "first Sunday",
		"0 3 31 2 *":            "no day matches",
		"TZ=UTC 3 1 * *":        "time zone",
		"* * * * * *":           "form is unknown",
		"*-*-* 03:30\nUser=bob": "form is unknown",
	} {
		if _, err := ParseTimes(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Both ways to find the next times agree, in another time zone than UTC too.
func TestNextTimesAsSystemdSeesThem(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	base := time.Date(2026, 11, 30, 12, 0, 0, 0, berlin)
	for _, text := range []string{"daily 03:30", "every 6h", "30 3 * * 0", "0 3 1,15 * *"} {
		times, err := ParseTimes(text)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "systemd-analyze", "calendar", "--iterations=5", "--base-time=2026-11-30 12:00:00", times.Calendar())
		cmd.Env = []string{"TZ=Europe/Berlin"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		systemd, err := parseElapses(string(out))
		if err != nil || len(systemd) != 5 {
			t.Fatalf("%q: %v, %v\n%s", text, systemd, err, out)
		}
		for i, at := range times.next(base, 5) {
			if !at.Equal(systemd[i]) {
				t.Errorf("%q: run %d is at %s, systemd says %s", text, i, at, systemd[i])
			}
		}
	}
}

func TestLongestGap(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"daily 03:30": 24 * time.Hour, "every 6h": 6 * time.Hour, "0 9-17 * * *": 16 * time.Hour, "weekly": 7 * 24 * time.Hour,
	} {
		times, err := ParseTimes(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := longestGap(times.next(time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), 100)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
