package retention

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err)
	}
	return t
}

// every returns n times before the newest, the newest first.
func every(newest time.Time, n int, years, months, days, hours int) (times []time.Time) {
	for i := range n {
		times = append(times, newest.AddDate(-i*years, -i*months, -i*days).Add(-time.Duration(i*hours)*time.Hour))
	}
	return times
}

func kept(p Policy, times []time.Time) (days []string) {
	for i, reasons := range p.Reasons(times) {
		if len(reasons) > 0 {
			days = append(days, times[i].Format("2006-01-02"))
		}
	}
	return days
}

// The examples of restic's manual, "Removing snapshots according to a policy".
func TestExamplesOfRestic(t *testing.T) {
	sundays := every(at("2019-11-17 11:00:00"), 12, 0, 0, 7, 0)
	if got := kept(Policy{Daily: 4}, sundays); strings.Join(got, " ") != "2019-11-17 2019-11-10 2019-11-03 2019-10-27" {
		t.Errorf("keep_daily 4 of 12 Sundays: %q", got)
	}
	// One run a day for 100 years. On a Sunday, the 7 daily runs include one of the 5 weekly;
	// 1 of the 12 monthly and 2 of the 75 yearly ones are kept by another rule already.
	for _, newest := range []string{"2019-11-17 11:00:00", "2020-12-31 00:00:00", "2021-01-01 23:59:59", "2024-02-29 12:00:00"} {
		first, all := map[string]int{}, map[string]int{}
		for _, reasons := range (Policy{Daily: 7, Weekly: 5, Monthly: 12, Yearly: 75}).Reasons(every(at(newest), 36525, 0, 0, 1, 0)) {
			reasons = slices.DeleteFunc(reasons, func(r string) bool { return r == "newest" })
			for i, reason := range reasons {
				name, _, _ := strings.Cut(reason, " ")
				all[name]++
				if i == 0 {
					first[name]++
				}
			}
		}
		if want := map[string]int{"daily": 7, "weekly": 5, "monthly": 12, "yearly": 75}; !maps.Equal(all, want) {
			t.Errorf("100 years of daily runs until %s: %v", newest, all)
		}
		if want := map[string]int{"daily": 7, "weekly": 4, "monthly": 11, "yearly": 73}; strings.HasPrefix(newest, "2019") && !maps.Equal(first, want) {
			t.Errorf("100 years of daily runs until %s: %v", newest, first)
		}
	}
	// Weeks are Monday 00:00 to Sunday 23:59, days 00:00 to 23:59, hours :00 to :59.
	for name, c := range map[string]struct {
		policy Policy
		times  []time.Time // the newest first
		want   int
	}{
		"two hours":              {Policy{Hourly: 9}, []time.Time{at("2026-11-30 04:00:00"), at("2026-11-30 03:59:59"), at("2026-11-30 03:00:00"), at("2026-11-30 03:00:00")}, 3},
		"a day":                  {Policy{Daily: 1}, []time.Time{at("2026-11-30 23:59:59"), at("2026-11-30 00:00:00"), at("2026-11-29 23:59:59")}, 1},
		"Sunday and Monday":      {Policy{Weekly: 2}, []time.Time{at("2026-11-30 00:00:00"), at("2026-11-29 23:59:59"), at("2026-11-23 00:00:00")}, 2},
		"a week of two years":    {Policy{Weekly: 1}, []time.Time{at("2025-01-01 00:00:00"), at("2024-12-30 00:00:00"), at("2024-12-29 00:00:00")}, 1},
		"empty periods":          {Policy{Monthly: 3}, []time.Time{at("2026-11-01 00:00:00"), at("2025-01-01 00:00:00"), at("2021-01-01 00:00:00"), at("2020-01-01 00:00:00")}, 3},
		"all":                    {Policy{Last: Unlimited}, every(at("2026-11-30 00:00:00"), 50, 0, 0, 0, 1), 50},
		"all days":               {Policy{Daily: Unlimited}, every(at("2026-11-30 23:00:00"), 72, 0, 0, 0, 1), 4}, // and the oldest
		"the rules are joined":   {Policy{Last: 2, Daily: 2}, []time.Time{at("2026-11-30 03:00:00"), at("2026-11-30 02:00:00"), at("2026-11-29 00:00:00"), at("2026-11-28 00:00:00")}, 3},
		"within the newest":      {Policy{Within: Span{Days: 7}}, every(at("2020-01-31 00:00:00"), 30, 0, 0, 1, 0), 7},
		"within all":             {Policy{Within: Span{Unlimited: true}}, every(at("2020-01-31 00:00:00"), 30, 0, 0, 1, 0), 30},
		"within 2y5m7d3h":        {Policy{Within: Span{2, 5, 7, 3, false}}, []time.Time{at("2020-06-08 03:00:00"), at("2018-01-01 00:00:01"), at("2018-01-01 00:00:00")}, 2},
		"the oldest":             {Policy{Monthly: 4}, []time.Time{at("2024-01-04 20:20:32"), at("2024-01-04 20:09:54"), at("2024-01-03 01:04:38"), at("2024-01-02 13:42:44")}, 2},
		"no oldest when full":    {Policy{Monthly: 1}, []time.Time{at("2024-01-04 20:20:32"), at("2024-01-04 20:09:54"), at("2024-01-03 01:04:38")}, 1},
		"one run":                {Policy{Within: Span{Hours: 1}}, []time.Time{at("1970-01-01 00:00:00")}, 1},
		"nothing asks for it":    {Policy{Hourly: 1}, []time.Time{at("2024-01-04 20:20:32")}, 1},
		"no runs":                {Policy{Last: 1}, nil, 0},
		"years of leap days":     {Policy{Yearly: 3}, every(at("2024-02-29 00:00:00"), 8, 1, 0, 0, 0), 3},
		"the same second, twice": {Policy{Last: 1}, []time.Time{at("2024-01-04 20:20:32"), at("2024-01-04 20:20:32")}, 1},
	} {
		if got := kept(c.policy, c.times); len(got) != c.want {
			t.Errorf("%s: kept %q, want %d", name, got, c.want)
		}
	}
	if (Policy{MaxSize: 1}).Reasons(sundays) != nil {
		t.Error("a policy without a rule must keep everything")
	}
}

// A run shows why it stays.
func TestReasons(t *testing.T) {
	times := []time.Time{at("2026-11-29 03:04:05"), at("2026-11-29 02:00:00"), at("2026-10-01 00:00:00")}
	got := Policy{Last: 1, Hourly: 2, Daily: 1, Weekly: 1, Monthly: 2, Yearly: 3, Within: Span{Days: 7}}.Reasons(times)
	want := []string{
		"newest, within 7d, last, hourly 2026-11-29 03h, daily 2026-11-29, weekly 2026-W48, monthly 2026-11, yearly 2026",
		"within 7d, hourly 2026-11-29 02h",
		"monthly 2026-10, oldest yearly",
	}
	for i := range want {
		if text := strings.Join(got[i], ", "); text != want[i] {
			t.Errorf("run %d: %s, want %s", i, text, want[i])
		}
	}
}

// A flood of 1,000 runs in a minute must not push out the older runs within keep_within,
// nor those of other days.
func TestManyNewRunsKeepOlderRuns(t *testing.T) {
	var flood []time.Time
	for i := range 1000 {
		flood = append(flood, at("2026-11-30 12:00:59").Add(-time.Duration(i)*time.Minute/1000))
	}
	older := every(at("2026-11-29 03:00:00"), 30, 0, 0, 1, 0)
	for name, p := range map[string]Policy{"within": {Within: Span{Days: 14}, Last: 3}, "daily": {Daily: 14}} {
		got := kept(p, append(slices.Clone(flood), older...))
		for _, day := range older[:13] {
			if !slices.Contains(got, day.Format("2006-01-02")) {
				t.Errorf("%s: the run of %s was pushed out", name, day)
			}
		}
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]Span{
		"7d": {Days: 7}, "7": {Days: 7}, "2m": {Months: 2}, "1y5m7d2h": {1, 5, 7, 2, false}, "48h": {Hours: 48}, "unlimited": {Unlimited: true}, "0": {},
		"99999y": {Years: 99999},
	} {
		got, err := ParseSpan(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := ParseSpan(got.String()); err != nil || again != got {
			t.Errorf("%q is printed as %q: %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "1w", "d", "-1d", "1.5d", "7d1y", "7 d", "999999d", "0x7", "forever", "7d7d"} {
		if got, err := ParseSpan(text); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}
