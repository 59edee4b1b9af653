package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// The widths of a table: of a terminal that is not there, and the least that is
// made of one that is.
const (
	usualWidth = 120
	leastWidth = 80
)

// A column of the table of sites; one with a limit is cut to it where the table
// would be too wide.
type column struct {
	head  string
	limit int
	cell  func(*agent.SiteSurvey, time.Time) string
}

var columns = [...]column{
	{"NAME", 24, func(s *agent.SiteSurvey, _ time.Time) string { return s.Name }},
	{"LAYOUT", 0, func(s *agent.SiteSurvey, _ time.Time) string { return s.Layout }},
	{"WORDPRESS", 0, wordPressCell},
	{"DATABASE", 16, databaseCell},
	{"OWNER", 8, ownerCell},
	{"BACKED UP", 18, backupCell},
	{"PATH", 0, func(s *agent.SiteSurvey, _ time.Time) string { return wordpress.Printable(s.Path) }},
}

// width is how wide a table may be.
func (a *app) width() int {
	if f, ok := a.io.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return max(w, leastWidth)
		}
	}
	return usualWidth
}

// siteTable is a table of sites, a line each, and below it why some are not
// backed up, or not whole.
func siteTable(survey *agent.Survey, width int) string {
	if len(survey.Sites) == 0 {
		return ""
	}
	rows := make([][]string, 0, len(survey.Sites)+1)
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	rows = append(rows, heads)
	for i := range survey.Sites {
		row := make([]string, len(columns))
		for n, c := range columns {
			row[n] = c.cell(&survey.Sites[i], survey.Time)
		}
		rows = append(rows, row)
	}
	widths := fit(rows, width)
	var b strings.Builder
	for _, row := range rows {
		for n, text := range row {
			if n == len(row)-1 {
				b.WriteString(text + "\n")
				break
			}
			text = cut(text, widths[n])
			b.WriteString(text + strings.Repeat(" ", widths[n]-utf8.RuneCountInString(text)+2))
		}
	}
	writeReasons(&b, survey)
	return b.String()
}

// fit gives each column what its longest cell needs or, where the table would be
// too wide, no more than its limit.
func fit(rows [][]string, width int) []int {
	widths := make([]int, len(columns))
	total := 0
	for n := range columns {
		for _, row := range rows {
			widths[n] = max(widths[n], utf8.RuneCountInString(row[n]))
		}
		total += widths[n] + 2
	}
	for n, c := range columns {
		if total > width && c.limit > 0 && widths[n] > c.limit {
			widths[n] = max(c.limit, widths[n]-(total-width))
			total = 0
			for _, w := range widths {
				total += w + 2
			}
		}
	}
	return widths
}

func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// writeReasons says in full why sites are not backed up, or not whole.
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
		fmt.Fprintf(b, "%s: %s%s\n", s.Name, what, wordpress.Printable(s.Reason))
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
	return wordpress.Printable(s.Database.Name + "@" + host)
}

func ownerCell(s *agent.SiteSurvey, _ time.Time) string {
	if s.Owner == nil {
		return "?"
	}
	return s.Owner.Name
}

// backupCell says when the site was last backed up, by kind, or why it is not.
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

// historyText says when the last backup of a kind was made, and whether it is
// whole and whether one was tried in vain since.
func historyText(h state.History, now time.Time) string {
	text := "never"
	if p := h.Published; p != nil {
		text = age(now.Sub(p.Started))
		if p.Status == manifest.Incomplete {
			text += " incomplete"
		}
	}
	if h.Last.Status == manifest.Failed || h.Last.Status == manifest.Refused {
		text += ", failed " + age(now.Sub(h.Last.Started))
	}
	return text
}

// age is a duration in one unit, for people.
func age(d time.Duration) string {
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
