package console

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

// A Screen describes where a table is printed.
type Screen struct {
	Width    int // columns
	terminal bool
}

// ScreenOf returns the size of a terminal, or the default width for any other output.
func ScreenOf(w io.Writer) Screen {
	if columns := TerminalColumns(w); columns > 0 {
		return Screen{max(columns, leastWidth), true}
	}
	return Screen{Width: defaultWidth}
}

// TerminalColumns returns the width of a terminal in columns, or 0 for any other output.
func TerminalColumns(w io.Writer) int {
	f, ok := Unescaped(w).(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// A Column describes one column of a table.
type Column struct {
	Width    int  // minimum width
	Limit    int  // cut to this width if the table would be too wide; 0: never
	Optional bool // left out if the table would be too wide for the terminal
}

// A Table prints rows of cells. Its last column is never cut. With Wrap, the last column is
// broken between words. With Fold, it is printed below the other columns if the terminal is too
// narrow.
type Table struct {
	Columns []Column
	Gap     int    // spaces between columns
	Indent  string // before the first column
	Wrap    bool
	Fold    bool
	Rows    [][]string
	hanging []string // the indents of the second and later lines of a wrapped cell, by row
}

// foldIndent is the indent of a last column that is printed below the others.
const foldIndent = "    "

// Add adds a row of cells, one for each column. They are made printable.
func (t *Table) Add(cells ...string) { t.AddHanging("", cells...) }

// AddHanging adds a row. If its last cell is wrapped, hanging is printed before the second and
// later lines.
func (t *Table) AddHanging(hanging string, cells ...string) {
	for i, text := range cells {
		cells[i] = wordpress.Printable(text)
	}
	t.Rows = append(t.Rows, cells)
	t.hanging = append(t.hanging, hanging)
}

// Write appends the table to b. The table is not wider than the screen if that is possible.
func (t *Table) Write(b *strings.Builder, s Screen) {
	widths, below := t.fit(s)
	for i, row := range t.Rows {
		last := len(row) - 1
		line := t.Indent
		for n, text := range row[:last] {
			text = cut(text, widths[n])
			line += text + strings.Repeat(" ", widths[n]-columnsOf(text)+t.Gap)
		}
		switch {
		case t.Wrap:
			next := strings.Repeat(" ", columnsOf(line)) + t.hanging[i]
			WriteWrapped(b, s.Width, line, next, row[last])
		case below:
			b.WriteString(strings.TrimRight(line, " ") + "\n" + foldIndent + row[last] + "\n")
		default:
			b.WriteString(line + row[last] + "\n")
		}
	}
}

// fit gives each column a width. On a terminal, it leaves out optional columns, the last one
// first, until the table fits. If the table still does not fit, below is true: the last column is
// printed below the others.
func (t *Table) fit(s Screen) (widths []int, below bool) {
	widths, total := t.widths(s.Width, t.Columns)
	if !s.terminal || !t.Fold {
		return widths, false
	}
	for n := len(t.Columns) - 2; n >= 0 && total > s.Width; n-- {
		if t.Columns[n].Optional {
			t.drop(n)
			widths, total = t.widths(s.Width, t.Columns)
		}
	}
	if total > s.Width {
		widths, _ = t.widths(s.Width, t.Columns[:len(t.Columns)-1])
		below = true
	}
	return widths, below
}

// drop removes a column.
func (t *Table) drop(n int) {
	t.Columns = slices.Delete(slices.Clone(t.Columns), n, n+1)
	for i, row := range t.Rows {
		t.Rows[i] = slices.Delete(slices.Clone(row), n, n+1)
	}
}

// widths gives each column the width of its longest cell, or its limit if the table would be
// wider than width. total is the width of all columns.
func (t *Table) widths(width int, columns []Column) (widths []int, total int) {
	widths = make([]int, len(columns))
	total = columnsOf(t.Indent) + t.Gap*(len(columns)-1)
	for n, c := range columns {
		widths[n] = c.Width
		if n < len(t.Columns)-1 || !t.Wrap {
			for _, row := range t.Rows {
				widths[n] = max(widths[n], columnsOf(row[n]))
			}
		}
		total += widths[n]
	}
	for n, c := range columns {
		if total > width && c.Limit > 0 && widths[n] > c.Limit {
			narrow := max(c.Limit, widths[n]-(total-width))
			total -= widths[n] - narrow
			widths[n] = narrow
		}
	}
	return widths, total
}

// columnsOf returns the number of terminal columns that a text takes: two for each wide
// character, none for a combining accent.
func columnsOf(text string) int {
	if isASCII(text) {
		return len(text)
	}
	return terminalWidth().StringWidth(text)
}

// isASCII reports whether each byte of a text takes one column.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// cut shortens text to a width.
func cut(text string, width int) string {
	if len(text) <= width { // no character has more columns than bytes
		return text
	}
	return terminalWidth().Truncate(text, width, "…")
}

// terminalWidth measures text as terminals do in languages that are not East Asian.
func terminalWidth() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }

// WriteWrapped appends text in lines of at most width columns. It breaks lines between words; a
// longer word stays whole. first begins the first line, and next begins each further line.
func WriteWrapped(b *strings.Builder, width int, first, next, text string) {
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
