package view

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A siteColumn is a column of the table of sites. See column.
type siteColumn struct {
	head     string
	limit    int
	optional bool
	cell     func(*agent.SiteSurvey, time.Time) string
}

func siteColumns() []siteColumn {
	return []siteColumn{
		{"NAME", 24, false, func(s *agent.SiteSurvey, _ time.Time) string { return s.Name }},
		{"LAYOUT", 0, true, func(s *agent.SiteSurvey, _ time.Time) string { return s.Layout }},
		{"WORDPRESS", 0, false, wordPressCell},
		{"DATABASE", 16, false, databaseCell},
		{"OWNER", 8, false, ownerCell},
		{"BACKED UP", 18, false, backupCell},
		{"PATH", 0, false, func(s *agent.SiteSurvey, _ time.Time) string { return s.Path }},
	}
}

// Sites returns a table of sites, one line each. Below the table are the reasons why sites are
// not backed up, or not completely.
func Sites(survey *agent.Survey, s console.Screen) string {
	if len(survey.Sites) == 0 {
		return ""
	}
	t := console.Table{Gap: 2, Fold: true}
	columns := siteColumns()
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
		t.Columns = append(t.Columns, console.Column{Limit: c.limit, Optional: c.optional})
	}
	t.Add(heads...)
	for i := range survey.Sites {
		cells := make([]string, len(columns))
		for n, c := range columns {
			cells[n] = c.cell(&survey.Sites[i], survey.Time)
		}
		t.Add(cells...)
	}
	var b strings.Builder
	t.Write(&b, s)
	writeReasons(&b, survey)
	return b.String()
}

// writeReasons appends the reasons why sites are not backed up, or not completely.
func writeReasons(b *strings.Builder, survey *agent.Survey) {
	first := true
	for _, s := range survey.Sites {
		if s.Reason == "" {
			continue
		}
		if first {
			b.WriteString("\n")
			first = false
		}
		what := map[agent.SiteStatus]string{agent.LeftOut: "ignored: ", agent.Broken: ""}[s.Status]
		if s.Status == agent.Broken && s.Error.Class != "" {
			what = string(s.Error.Class) + ": "
		}
		b.WriteString(wordpress.Printable(s.Name+": "+what+s.Reason) + "\n")
	}
}

func wordPressCell(s *agent.SiteSurvey, _ time.Time) string {
	version := s.WordPress
	if version == "" {
		version = "?"
	}
	if s.Multisite != nil && *s.Multisite {
		version += " multi"
	}
	return version
}

func databaseCell(s *agent.SiteSurvey, _ time.Time) string {
	if s.Database == nil {
		if s.Error != nil && s.Error.Class != "" {
			return "(" + string(s.Error.Class) + ")"
		}
		return "(unknown)"
	}
	host := s.Database.Host
	if s.Database.Port != 0 {
		host += ":" + strconv.Itoa(s.Database.Port)
	}
	return s.Database.Name + "@" + host
}

func ownerCell(s *agent.SiteSurvey, _ time.Time) string {
	if s.Owner == nil {
		return "?"
	}
	return s.Owner.Name
}

// backupCell returns the age of the last backup of each kind, or why there is none.
func backupCell(s *agent.SiteSurvey, now time.Time) string {
	switch s.Status {
	case agent.LeftOut:
		return "ignored"
	case agent.NameClash:
		return "name clash"
	case agent.Ready, agent.Broken:
	}
	if len(s.Runs) == 0 {
		return "never"
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(s.Runs)) {
		parts = append(parts, kind+" "+historyText(s.Runs[kind], now))
	}
	return strings.Join(parts, ", ")
}

// historyText returns the age of the last backup of a kind, whether it is complete, and whether a
// later run failed.
func historyText(h state.History, now time.Time) string {
	text := "never"
	if p := h.Published; p != nil {
		text = Age(now.Sub(p.Started))
		if p.Status == manifest.Incomplete {
			text += " incomplete"
		}
	}
	if h.Last.Status == manifest.Failed || h.Last.Status == manifest.Refused {
		text += ", failed " + Age(now.Sub(h.Last.Started))
	}
	return text
}

// Age returns a duration as text, in one unit.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", d/time.Hour)
	}
	return fmt.Sprintf("%dd ago", d/(24*time.Hour))
}

// Size returns a number of bytes as text for people.
func Size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }
