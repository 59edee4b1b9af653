package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A doctorText builds the output of doctor for people: a table of checks for each site and sink,
// and then a summary.
type doctorText struct {
	b       strings.Builder
	columns int
	every   bool // one line for each check, even if many were denied
	failing bool // only failed checks
}

// DoctorColumns is the width of doctor's output: 60 to 100 on a terminal.
func DoctorColumns(w io.Writer) int { return min(max(cmp.Or(console.TerminalColumns(w), 96), 60), 100) }

// Print writes the report for people, at most columns wide. With every, each check has its own
// line. With failing, only failed checks are printed.
func (r *DoctorReport) Print(w io.Writer, columns int, every, failing bool) error {
	t := &doctorText{columns: columns, every: every, failing: failing}
	for _, site := range r.Sites {
		t.heading(site.Name + ", " + string(site.Kind) + ": " + site.Path)
		t.rows(site.Rows)
	}
	for _, sink := range r.Sinks {
		title := sinks.Short(sink.URL)
		if sink.Store != "" {
			title += ": " + sink.Store
		}
		t.heading(title)
		t.rows(sink.Rows)
	}
	if t.b.Len() > 0 {
		t.b.WriteString("\n")
	}
	for _, site := range r.Sites {
		if !failing || !site.OK {
			t.paragraph("", "  ", site.summary())
		}
	}
	for _, sink := range r.Sinks {
		if failing && sink.OK {
			continue
		}
		t.paragraph("", "  ", sink.summary())
		if sink.Reached && !sink.OneWay && sink.Policy != "" {
			fmt.Fprintf(&t.b, "The permissions it should have, and the settings of the bucket:\n  %s\n", sink.Policy)
		}
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *doctorText) heading(text string) {
	if t.failing {
		return
	}
	if t.b.Len() > 0 {
		t.b.WriteString("\n")
	}
	t.paragraph("", "  ", text)
}

// paragraph appends text, broken between words. first begins the first line, and next begins each
// further line.
func (t *doctorText) paragraph(first, next, text string) {
	console.WriteWrapped(&t.b, t.columns, first, next, text)
}

// mark returns the first cell of a row.
func mark(verdict sinks.Verdict) string {
	switch verdict {
	case sinks.Holds:
		return "ok"
	case sinks.Fails:
		return "FAILS"
	default:
		return string(verdict)
	}
}

// rows appends a table for each folder.
func (t *doctorText) rows(rows []sinks.Finding) {
	for i := 0; i < len(rows); {
		here := rows[i:]
		if end := slices.IndexFunc(here, func(r sinks.Finding) bool { return r.Folder != here[0].Folder }); end > 0 {
			here = here[:end]
		}
		switch {
		case t.failing:
		case here[0].Folder != "":
			t.paragraph("  in ", "     ", here[0].Folder+"/")
		case i > 0:
			t.paragraph("  in the bucket as a whole", "  ", "")
		}
		t.table(here).Write(&t.b, console.Screen{Width: t.columns})
		i += len(here)
	}
}

// table returns the rows of one folder. The checks that were denied share one line.
func (t *doctorText) table(rows []sinks.Finding) *console.Table {
	out := &console.Table{Indent: "  ", Gap: 1, Wrap: true, Columns: []console.Column{{Width: 8}, {Width: 19}, {}}}
	var denied []string
	var before sinks.Finding
	for _, row := range rows {
		switch {
		case t.failing && row.OK():
		case !t.every && row.Verdict == sinks.Holds && row.Detail == "denied":
			denied = append(denied, row.Check)
		default:
			again := row.Verdict != sinks.Holds && row.Verdict == before.Verdict && row.Detail == before.Detail && row.Verb == before.Verb
			t.addRow(out, row, again)
			if row.Verdict != sinks.Holds {
				before = row
			}
		}
	}
	if len(denied) > 0 {
		out.Add(mark(sinks.Holds), "denied", strings.Join(denied, ", "))
	}
	return out
}

// addRow adds one check, with its advice below it.
func (t *doctorText) addRow(out *console.Table, row sinks.Finding, again bool) {
	detail := row.Detail
	if row.Verb != "" && (t.every || !row.OK()) {
		detail = row.Verb + ": " + detail
	}
	if again {
		detail = "as above"
	}
	out.Add(mark(row.Verdict), row.Check, detail)
	if row.Advice != "" && row.Verdict != sinks.Holds && !again {
		out.AddHanging("  ", "", "", "→ "+row.Advice)
	}
}

// summary returns the findings in one sentence.
func (s *DoctorSite) summary() string {
	if s.OK {
		return s.Name + " can be backed up" + warnings(s.Rows) + "."
	}
	return s.Name + " cannot be backed up completely: " + strings.Join(failing(s.Rows), ", ") + "."
}

func (s *DoctorSink) summary() string {
	name := sinks.Short(s.URL)
	var fails, open []sinks.Finding
	for _, row := range s.Rows {
		switch {
		case row.OK():
		case row.Verdict == sinks.Fails:
			fails = append(fails, row)
		default:
			open = append(open, row)
		}
	}
	switch {
	case s.OneWay:
		return name + " is one-way" + warnings(s.Rows) + "; --require-one-way accepts it until " + s.At.Add(state.ProofAge).Local().Format("2 January 15:04") + "."
	case s.Folder && s.OK:
		return name + " is a folder, and not one-way; only the agent's own user and root can delete there."
	case s.Folder:
		return name + " is a folder that is not safe: " + strings.Join(failing(fails), ", ") + "."
	case !s.Reached:
		return name + " accepts no backup, so nothing was proven; the previous result stays valid until it is 7 days old."
	case len(fails) > 0:
		return name + " is NOT one-way: " + strings.Join(allowed(fails), ", ") + "."
	}
	return name + " is not proven to be one-way: " + strings.Join(failing(open), ", ") + " could not be proven."
}

// allowed returns the names of the checks that were allowed, with their permission.
func allowed(rows []sinks.Finding) (names []string) {
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

// warnings returns the number of warnings, as the end of a sentence.
func warnings(rows []sinks.Finding) string {
	n := 0
	for _, row := range rows {
		if row.Verdict != sinks.Holds && row.OK() {
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
