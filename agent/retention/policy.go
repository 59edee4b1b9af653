// Package retention decides which runs in a local folder stay, and removes the others.
// Nothing in it can remove the newest complete run of a site and kind.
package retention

import (
	"fmt"
	"time"
)

// Unlimited as a number of a Policy keeps all.
const Unlimited = -1

// A Policy says which runs of one site and kind stay: a run that one of the rules keeps.
// Periods are those of the calendar, in UTC.
type Policy struct {
	Last int // this number of newest runs

	// The newest run of each of the last hours, days, ISO weeks, months and years that
	// have a run. A rule that finds fewer periods than its number keeps the oldest run
	// too, so that the history grows from the first day on.
	Hourly, Daily, Weekly, Monthly, Yearly int

	Within  Span  // all runs in this time before the newest run
	MaxSize int64 // the space that the runs may take after that, in bytes; 0 is no limit
}

// Empty reports whether the policy has no rule. It then keeps everything.
func (p Policy) Empty() bool {
	return p.Last == 0 && p.Hourly == 0 && p.Daily == 0 && p.Weekly == 0 && p.Monthly == 0 && p.Yearly == 0 && p.Within.IsZero()
}

// A counter is a rule that keeps the newest run of each of a number of periods.
type counter struct {
	left   int // periods, or Unlimited
	name   string
	period func(time.Time) string // the period in which a time is; nil: each run has its own
	last   string                 // the period that was kept last
}

func (p Policy) counters() []*counter {
	return []*counter{
		{left: p.Last, name: "last"},
		{left: p.Hourly, name: "hourly", period: func(t time.Time) string { return t.Format("2006-01-02 15h") }},
		{left: p.Daily, name: "daily", period: func(t time.Time) string { return t.Format("2006-01-02") }},
		{left: p.Weekly, name: "weekly", period: week},
		{left: p.Monthly, name: "monthly", period: func(t time.Time) string { return t.Format("2006-01") }},
		{left: p.Yearly, name: "yearly", period: func(t time.Time) string { return t.Format("2006") }},
	}
}

func week(t time.Time) string {
	year, week := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// keep returns why the rule keeps a run, or "". It is asked about every run, the newest
// first.
func (c *counter) keep(t time.Time, oldest bool) string {
	if c.left == 0 {
		return ""
	}
	if c.period == nil {
		c.use()
		return c.name
	}
	switch period := c.period(t); {
	case period != c.last:
		c.last = period
		c.use()
		return c.name + " " + period
	case oldest:
		return "oldest " + c.name
	}
	return ""
}

func (c *counter) use() {
	if c.left > 0 {
		c.left--
	}
}

// Reasons returns for each run why it stays; a run without a reason is removed. times are the
// starts of the complete runs of one site and kind, the newest first. A policy without
// rules returns nil: everything stays.
func (p Policy) Reasons(times []time.Time) [][]string {
	if p.Empty() {
		return nil
	}
	reasons := make([][]string, len(times))
	counters := p.counters()
	for i, t := range times {
		t = t.UTC()
		if i == 0 {
			reasons[i] = append(reasons[i], "newest")
		}
		if p.Within.Unlimited || !p.Within.IsZero() && t.After(p.Within.before(times[0].UTC())) {
			reasons[i] = append(reasons[i], "within "+p.Within.String())
		}
		for _, c := range counters {
			if reason := c.keep(t, i == len(times)-1); reason != "" {
				reasons[i] = append(reasons[i], reason)
			}
		}
	}
	return reasons
}
