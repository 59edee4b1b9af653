package main

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// The width of a table if the output is not a terminal, and the minimum width on a
// terminal, in columns.
const (
	defaultWidth = 120
	leastWidth   = 80
)

// A screen is where a table is printed.
type screen struct {
	width    int // columns
	terminal bool
}

// screenOf returns the size of a terminal, and the default width for another output.
func screenOf(w io.Writer) screen {
	if columns := terminalColumns(w); columns > 0 {
		return screen{max(columns, leastWidth), true}
	}
	return screen{width: defaultWidth}
}

// terminalColumns is the width of a terminal, 0 for another output.
func terminalColumns(w io.Writer) int {
	f, ok := unescaped(w).(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// A column of a table.
type column struct {
	width    int  // minimum width
	limit    int  // cut to this width where the table would be too wide; 0: never
	optional bool // left out on a terminal where the table would be too wide
}

// A table prints cells below each other. Its last column is never cut. With wrap, it
// is broken between words instead. With fold, it is below the others on a terminal that is
// too narrow for it.
type table struct {
	columns []column
	gap     int    // spaces between columns
	indent  string // before the first column
	wrap    bool
	fold    bool
	rows    [][]string
	hanging []string // before the next lines of a wrapped cell, by row
}

// foldIndent is before a last column that is below the others.
const foldIndent = "    "

// add adds a row of cells, one for each column. They are made printable.
func (t *table) add(cells ...string) { t.addHanging("", cells...) }

// addHanging adds a row whose last cell, where it is wrapped, is indented from its second line on.
func (t *table) addHanging(hanging string, cells ...string) {
	for i, text := range cells {
		cells[i] = wordpress.Printable(text)
	}
	t.rows = append(t.rows, cells)
	t.hanging = append(t.hanging, hanging)
}

// write appends the table to b, at most as wide as the screen where that is possible.
func (t *table) write(b *strings.Builder, s screen) {
	widths, below := t.fit(s)
	for i, row := range t.rows {
		last := len(row) - 1
		line := t.indent
		for n, text := range row[:last] {
			text = cut(text, widths[n])
			line += text + strings.Repeat(" ", widths[n]-columnsOf(text)+t.gap)
		}
		switch {
		case t.wrap:
			next := strings.Repeat(" ", columnsOf(line)) + t.hanging[i]
			writeWrapped(b, s.width, line, next, row[last])
		case below:
			b.WriteString(strings.TrimRight(line, " ") + "\n" + foldIndent + row[last] + "\n")
		default:
			b.WriteString(line + row[last] + "\n")
		}
	}
}

// fit gives each column a width. On a terminal, it leaves out optional columns, the last
// one first, until the table fits, and else reports that the last column goes below.
func (t *table) fit(s screen) (widths []int, below bool) {
	widths, total := t.widths(s.width, t.columns)
	if !s.terminal || !t.fold {
		return widths, false
	}
	for n := len(t.columns) - 2; n >= 0 && total > s.width; n-- {
		if t.columns[n].optional {
			t.drop(n)
			widths, total = t.widths(s.width, t.columns)
		}
	}
	if total > s.width {
		widths, _ = t.widths(s.width, t.columns[:len(t.columns)-1])
		below = true
	}
	return widths, below
}

// drop removes a column.
func (t *table) drop(n int) {
	t.columns = slices.Delete(slices.Clone(t.columns), n, n+1)
	for i, row := range t.rows {
		t.rows[i] = slices.Delete(slices.Clone(row), n, n+1)
	}
}

// widths gives each of the first columns the width of its longest cell or, where they would
// be wider than width, its limit. total is the width of all.
func (t *table) widths(width int, columns []column) (widths []int, total int) {
	widths = make([]int, len(columns))
	total = columnsOf(t.indent) + t.gap*(len(columns)-1)
	for n, c := range columns {
		widths[n] = c.width
		if n < len(t.columns)-1 || !t.wrap {
			for _, row := range t.rows {
				widths[n] = max(widths[n], columnsOf(row[n]))
			}
		}
		total += widths[n]
	}
	for n, c := range columns {
		if total > width && c.limit > 0 && widths[n] > c.limit {
			narrow := max(c.limit, widths[n]-(total-width))
			total -= widths[n] - narrow
			widths[n] = narrow
		}
	}
	return widths, total
}

// columnsOf is the number of columns that a text takes on a terminal: two for each wide
// character, none for an accent of its own.
func columnsOf(text string) int { return terminalWidth().StringWidth(text) }

// cut shortens text to a width.
func cut(text string, width int) string { return terminalWidth().Truncate(text, width, "…") }

// terminalWidth measures as terminals do whose language is not an East Asian one.
func terminalWidth() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }

// writeWrapped appends words, broken into lines of at most width columns: longer
// only for a word that is longer itself. first and next begin the lines.
func writeWrapped(b *strings.Builder, width int, first, next, text string) {
	line, empty := first, true
	for _, word := range strings.Fields(wordpress.Printable(text)) {
		if !empty && columnsOf(line)+1+columnsOf(word) > width {
			b.WriteString(line + "\n")
			line, empty = next, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
