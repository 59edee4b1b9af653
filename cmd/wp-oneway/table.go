package main

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// The width of a table if the output is not a terminal, and the minimum width on a
// terminal, in columns.
const (
	defaultWidth = 120
	leastWidth   = 80
)

// outputWidth is the number of columns of a terminal, fallback for another output.
func outputWidth(w io.Writer, fallback int) int {
	if f, ok := unescaped(w).(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return fallback
}

// A column of a table.
type column struct {
	width int // minimum width
	limit int // cut to this width where the table would be too wide; 0: never
}

// A table prints cells below each other. Its last column is never cut. With wrap, it
// is broken between words instead.
type table struct {
	columns []column
	gap     int    // spaces between columns
	indent  string // before the first column
	wrap    bool
	rows    [][]string
	hanging []string // before the next lines of a wrapped cell, by row
}

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

// write appends the table to b, at most width columns wide where that is possible.
func (t *table) write(b *strings.Builder, width int) {
	widths := t.widths(width)
	for i, row := range t.rows {
		last := len(row) - 1
		line := t.indent
		for n, text := range row[:last] {
			text = cut(text, widths[n])
			line += text + strings.Repeat(" ", widths[n]-utf8.RuneCountInString(text)+t.gap)
		}
		if !t.wrap {
			b.WriteString(line + row[last] + "\n")
			continue
		}
		next := strings.Repeat(" ", utf8.RuneCountInString(line)) + t.hanging[i]
		writeWrapped(b, width, line, next, row[last])
	}
}

// widths gives each column the width of its longest cell or, where the table would
// be too wide, its limit.
func (t *table) widths(width int) []int {
	widths := make([]int, len(t.columns))
	total := utf8.RuneCountInString(t.indent)
	for n, c := range t.columns {
		widths[n] = c.width
		if n < len(t.columns)-1 || !t.wrap {
			for _, row := range t.rows {
				widths[n] = max(widths[n], utf8.RuneCountInString(row[n]))
			}
		}
		total += widths[n] + t.gap
	}
	for n, c := range t.columns {
		if total > width && c.limit > 0 && widths[n] > c.limit {
			narrow := max(c.limit, widths[n]-(total-width))
			total -= widths[n] - narrow
			widths[n] = narrow
		}
	}
	return widths
}

// cut shortens text to a width.
func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// writeWrapped appends words, broken into lines of at most width columns: longer
// only for a word that is longer itself. first and next begin the lines.
func writeWrapped(b *strings.Builder, width int, first, next, text string) {
	line, empty := first, true
	for _, word := range strings.Fields(wordpress.Printable(text)) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
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
