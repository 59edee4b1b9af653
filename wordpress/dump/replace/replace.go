package replace

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Options say what to replace, and where. The zero value replaces nothing.
type Options struct {
	// Pairs has texts, each with its replacement: two URLs, two host names, or two other texts.
	Pairs [][2]string
	// IncludeGUID also replaces in columns named guid. Feed readers use the guid to recognize
	// posts, so it is normally kept.
	IncludeGUID bool
	// SkipTables and SkipColumns name tables and columns that are not changed. The names may
	// contain the wildcards * and ?. The name of a column may begin with its table and a dot.
	SkipTables, SkipColumns []string
}

// A Replacer replaces texts in the values of INSERT statements.
type Replacer struct {
	pairs   []pair
	ascii   bool // all texts in pairs are ASCII
	options Options

	found map[[2]string]*Column // the report, by table and column
}

// New returns a Replacer, or an error that says which pair or name cannot be used.
func New(o Options) (*Replacer, error) {
	r := &Replacer{options: o, ascii: true, found: map[[2]string]*Column{}}
	for _, texts := range o.Pairs {
		p, err := newPair(texts[0], texts[1])
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(r.pairs, func(q pair) bool { return q.before+q.anchor+q.after == p.before+p.anchor+p.after }) {
			return nil, fmt.Errorf("replace %q: another pair replaces the same text; omit one of them", texts[0])
		}
		r.pairs, r.ascii = append(r.pairs, p), r.ascii && p.isASCII()
	}
	for _, name := range slices.Concat(o.SkipTables, o.SkipColumns) {
		if _, err := path.Match(name, ""); err != nil || name == "" || strings.Contains(name, "/") {
			return nil, fmt.Errorf("skip %q: it is not the name of a table or column", name)
		}
	}
	return r, nil
}

// skips reports whether a column must not be changed; if column is "", whether the whole table must
// not be changed.
func (r *Replacer) skips(table, column string) bool {
	matches := func(patterns []string, name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(p, name)
			return ok && err == nil
		})
	}
	if column == "" {
		return matches(r.options.SkipTables, table)
	}
	return strings.EqualFold(column, "guid") && !r.options.IncludeGUID ||
		matches(r.options.SkipColumns, column) || matches(r.options.SkipColumns, table+"."+column)
}

// A Column reports what was replaced in one column.
type Column struct {
	Table        string      `json:"table"`
	Column       string      `json:"column"`
	Values       int64       `json:"values"`       // number of values that were changed
	Replacements int64       `json:"replacements"` // number of replacements in these values
	Unchanged    int64       `json:"unchanged"`    // number of values that contain a text to replace, but could not be changed
	Examples     []Unchanged `json:"examples"`     // the first values that could not be changed
}

// An Unchanged is a value that contains a text to replace, but could not be changed.
type Unchanged struct {
	Row    string `json:"row"` // the first column and its value, such as option_id=5; "" if that is not a number
	Reason string `json:"reason"`
}

// maxExamples is the number of unchanged values that are described for each column.
const maxExamples = 5

// Report returns what was changed and what could not be changed, sorted by table and column. It leaves
// out columns in which nothing was found.
func (r *Replacer) Report() []Column {
	list := []Column{}
	for _, c := range r.found {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Column) int {
		return strings.Compare(a.Table+"\x00"+a.Column, b.Table+"\x00"+b.Column)
	})
	return list
}

// count adds a value to the report: as unchanged if err is not nil.
func (r *Replacer) count(table, column, row string, replacements int, err error) {
	c := r.found[[2]string{table, column}]
	if c == nil {
		c = &Column{Table: table, Column: column, Examples: []Unchanged{}}
		r.found[[2]string{table, column}] = c
	}
	if err == nil {
		c.Values++
		c.Replacements += int64(replacements)
		return
	}
	if c.Unchanged++; len(c.Examples) < maxExamples {
		c.Examples = append(c.Examples, Unchanged{row, err.Error()})
	}
}
