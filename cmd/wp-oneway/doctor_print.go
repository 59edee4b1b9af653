package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// width is how many columns there are to print on.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return min(max(columns, 60), 100)
		}
	}
	return 96
}

// A sheet is what doctor prints for people: a table, then what it comes to.
type sheet struct {
	b       strings.Builder
	columns int
	every   bool // a line for each check, also where many were denied
	wrong   bool // only what is not as it must be
}

func (r *doctorReport) print(w io.Writer, columns int, every, wrong bool) error {
	s := &sheet{columns: columns, every: every, wrong: wrong}
	for _, site := range r.Sites {
		s.heading(site.Name + ", " + string(site.Kind) + ": " + site.Path)
		s.rows(site.Rows)
	}
	for _, sink := range r.Sinks {
		title := short(sink.URL)
		if sink.Store != "" {
			title += ": " + sink.Store
		}
		s.heading(title)
		s.rows(sink.Rows)
	}
	if s.b.Len() > 0 {
		s.b.WriteString("\n")
	}
	for _, site := range r.Sites {
		if !s.wrong || !site.OK {
			s.paragraph("", "  ", site.sum())
		}
	}
	for _, sink := range r.Sinks {
		if s.wrong && sink.OK {
			continue
		}
		s.paragraph("", "  ", sink.sum())
		if sink.Reached && !sink.OneWay && sink.Policy != "" {
			fmt.Fprintf(&s.b, "What it should be allowed, and how the bucket should be set:\n  %s\n", sink.Policy)
		}
	}
	_, err := io.WriteString(w, s.b.String())
	return err
}

func (s *sheet) heading(text string) {
	if s.wrong {
		return
	}
	if s.b.Len() > 0 {
		s.b.WriteString("\n")
	}
	s.paragraph("", "  ", wordpress.Printable(text))
}

// mark is how a verdict is shown.
func mark(verdict string) string {
	switch verdict {
	case agent.RowHolds:
		return "ok"
	case agent.RowFails:
		return "FAILS"
	}
	return verdict
}

// rows prints a table, folder by folder. What was denied in one shares a line.
func (s *sheet) rows(rows []agent.Row) {
	for i := 0; i < len(rows); {
		here := rows[i:]
		if end := slices.IndexFunc(here, func(r agent.Row) bool { return r.Folder != here[0].Folder }); end > 0 {
			here = here[:end]
		}
		switch {
		case s.wrong:
		case here[0].Folder != "":
			s.paragraph("  in ", "     ", here[0].Folder+"/")
		case i > 0:
			s.paragraph("  in the bucket as a whole", "  ", "")
		}
		s.group(here)
		i += len(here)
	}
}

func (s *sheet) group(rows []agent.Row) {
	var denials []string
	var before agent.Row
	for _, row := range rows {
		switch {
		case s.wrong && row.OK():
		case !s.every && row.Verdict == agent.RowHolds && row.Detail == "denied":
			denials = append(denials, row.Check)
		default:
			again := row.Verdict != agent.RowHolds && row.Verdict == before.Verdict && row.Detail == before.Detail && row.Verb == before.Verb
			s.row(row, again)
			if row.Verdict != agent.RowHolds {
				before = row
			}
		}
	}
	if len(denials) > 0 {
		s.row(agent.Row{Check: "denied", Verdict: agent.RowHolds, Detail: strings.Join(denials, ", ")}, false)
	}
}

// row prints one line of a table, and below it what to do.
func (s *sheet) row(row agent.Row, again bool) {
	const indent = "                               " // as wide as what stands before the detail
	detail := row.Detail
	if row.Verb != "" && (s.every || !row.OK()) {
		detail = row.Verb + ": " + detail
	}
	if again {
		detail = "as above"
	}
	s.paragraph(fmt.Sprintf("  %-9s%-19s ", mark(row.Verdict), row.Check), indent, detail)
	if row.Advice != "" && row.Verdict != agent.RowHolds && !again {
		s.paragraph(indent+"→ ", indent+"  ", row.Advice)
	}
}

// paragraph prints words below each other, none of them beyond the last column
// unless it is a word too long for a line of its own.
func (s *sheet) paragraph(first, next, text string) {
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > s.columns {
			s.b.WriteString(line + "\n")
			line, empty = next, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	s.b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// sum says in a sentence what was found.
func (s *doctorSite) sum() string {
	if s.OK {
		return s.Name + " can be backed up" + warnings(s.Rows) + "."
	}
	return s.Name + " cannot be backed up as it must be: " + strings.Join(failing(s.Rows), ", ") + "."
}

func (s *doctorSink) sum() string {
	name := short(s.URL)
	var fails, open []agent.Row
	for _, row := range s.Rows {
		switch {
		case row.OK():
		case row.Verdict == agent.RowFails:
			fails = append(fails, row)
		default:
			open = append(open, row)
		}
	}
	switch {
	case s.OneWay:
		return name + " is one-way" + warnings(s.Rows) + "; --require-one-way takes it until " + s.at.Add(state.VerdictAge).Local().Format("2 January 15:04") + "."
	case s.Folder && s.OK:
		return name + " is a folder, and not one-way; only the agent's own user and root can delete there."
	case s.Folder:
		return name + " is a folder that is not safe: " + strings.Join(failing(fails), ", ") + "."
	case !s.Reached:
		return name + " takes no backup; nothing was proven, and what was proven before stands until it is 7 days old."
	case len(fails) > 0:
		return name + " is NOT one-way: " + strings.Join(allowed(fails), ", ") + "."
	}
	return name + " is not proven to be one-way: " + strings.Join(failing(open), ", ") + " could not be settled."
}

// allowed names what was allowed, each permission once.
func allowed(rows []agent.Row) (names []string) {
	seen := map[string]bool{}
	for _, row := range rows {
		if row.Verb != "" && seen[row.Verb] {
			continue
		}
		seen[row.Verb] = true
		name := row.Check
		if row.Verb != "" {
			name += " (" + row.Verb + ")"
		}
		names = append(names, name)
	}
	return names
}

// warnings counts them, for the end of a sentence.
func warnings(rows []agent.Row) string {
	n := 0
	for _, row := range rows {
		if row.Verdict != agent.RowHolds && row.OK() {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return ", with a warning"
	}
	return fmt.Sprintf(", with %d warnings", n)
}
