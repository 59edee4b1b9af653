package php

import (
	"math"
	"strconv"
	"strings"
)

// Functions of text that are seldom called.
var textFuncs = map[string]function{
	"wordwrap":                {fn: wordwrap, min: 1, max: 4},
	"addcslashes":             {fn: addcslashes, min: 2, max: 2},
	"levenshtein":             {fn: levenshtein, min: 2, max: 5},
	"similar_text":            {fn: similarText, min: 2, max: 3, refs: 1 << 2, outOnly: true},
	"var_export":              {fn: varExport, min: 1, max: 2},
	"array_merge_recursive":   {fn: mergeRecursive, max: -1},
	"array_replace_recursive": {fn: replaceRecursive, min: 1, max: -1},
}

// wordwrap breaks lines at spaces, as PHP's general algorithm does.
func wordwrap(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	width, err := c.int(1, 75)
	if err != nil {
		return nil, err
	}
	brk, err := c.strOr(2, "\n")
	if err != nil {
		return nil, err
	}
	hard := c.bool(3)
	switch {
	case s == "":
		return strVal(""), nil
	case brk == "":
		return nil, c.throw("ValueError", "wordwrap(): Argument #3 ($break) cannot be empty")
	case width == 0 && hard:
		return nil, c.throw("ValueError", "wordwrap(): Argument #4 ($cut_long_words) cannot be true when argument #2 ($width) is 0")
	}
	if err := c.steps(len(s)); err != nil {
		return nil, err
	}
	pieces, last, space := []string(nil), 0, 0
	for at := 0; at < len(s); at++ {
		switch {
		case s[at] == brk[0] && strings.HasPrefix(s[at:], brk) && at+len(brk) < len(s):
			pieces = append(pieces, s[last:at+len(brk)])
			at += len(brk) - 1
			last, space = at+1, at+1
		case s[at] == ' ':
			if int64(at-last) >= width {
				pieces = append(pieces, s[last:at], brk)
				last = at + 1
			}
			space = at
		case int64(at-last) >= width && hard && last >= space:
			pieces = append(pieces, s[last:at], brk)
			last, space = at, at
		case int64(at-last) >= width && last < space:
			pieces = append(pieces, s[last:space], brk)
			last = space + 1
			space = last
		}
	}
	pieces = append(pieces, s[min(last, len(s)):])
	n := 16 * len(pieces)
	for _, p := range pieces {
		n += len(p)
	}
	if err := c.alloc(n); err != nil {
		return nil, err
	}
	return strVal(strings.Join(pieces, "")), nil
}

func addcslashes(c *call) (Value, error) {
	s, err := c.strs(2)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(4 * len(s[0])); err != nil {
		return nil, err
	}
	listed := maskOf(s[1])
	var b strings.Builder
	b.Grow(4 * len(s[0]))
	for i := range len(s[0]) {
		ch := s[0][i]
		if !listed[ch] {
			b.WriteByte(ch)
			continue
		}
		b.WriteByte('\\')
		if short := strings.IndexByte("\n\t\r\a\v\b\f", ch); short >= 0 {
			b.WriteByte("ntravbf"[short])
		} else if ch < ' ' || ch > '~' {
			b.Write([]byte{'0' + ch>>6, '0' + ch>>3&7, '0' + ch&7})
		} else {
			b.WriteByte(ch)
		}
	}
	return strVal(b.String()), nil
}

// maskOf reads a list of characters with ranges a..z.
func maskOf(s string) (set [256]bool) {
	for i := 0; i < len(s); i++ {
		if i+3 < len(s) && s[i+1] == '.' && s[i+2] == '.' && s[i+3] >= s[i] {
			for ch := int(s[i]); ch <= int(s[i+3]); ch++ {
				set[ch] = true
			}
			i += 3
			continue
		}
		set[s[i]] = true
	}
	return set
}

func levenshtein(c *call) (Value, error) {
	s, err := c.strs(2)
	if err != nil {
		return nil, err
	}
	if len(c.args) > 2 {
		return c.unknown("levenshtein with costs is not modelled"), nil
	}
	a, b := s[0], s[1]
	if err := c.alloc(16 * (len(b) + 1)); err != nil {
		return nil, err
	}
	if err := c.steps(min(math.MaxInt32, 1+len(a)*len(b)/16)); err != nil {
		return nil, err
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return intVal(int64(row[len(b)])), nil
}

func similarText(c *call) (Value, error) {
	s, err := c.strs(2)
	if err != nil {
		return nil, err
	}
	if len(s[0])*len(s[1]) > 1<<16 {
		return c.unknown("similar_text of such length is not modelled"), c.setRef(2, c.unknown("similar_text of such length is not modelled"))
	}
	if err := c.steps(1 + len(s[0])*len(s[1])); err != nil {
		return nil, err
	}
	n := similar(s[0], s[1])
	percent := 0.0
	if len(s[0])+len(s[1]) > 0 {
		percent = float64(n) * 2 * 100 / float64(len(s[0])+len(s[1]))
	}
	return intVal(int64(n)), c.setRef(2, floatVal(percent))
}

// similar is the length of the longest common piece, and of those left and right of
// it.
func similar(a, b string) int {
	longest, x, y := 0, 0, 0
	for i := range len(a) {
		for j := range len(b) {
			n := 0
			for i+n < len(a) && j+n < len(b) && a[i+n] == b[j+n] {
				n++
			}
			if n > longest {
				longest, x, y = n, i, j
			}
		}
	}
	if longest == 0 {
		return 0
	}
	return longest + similar(a[:x], b[:y]) + similar(a[x+longest:], b[y+longest:])
}

// varExport is var_export($v, true); without true it prints.
func varExport(c *call) (Value, error) {
	if !c.bool(1) {
		return null, nil
	}
	var b strings.Builder
	ok, err := c.export(&b, c.arg(0), 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.unknown("var_export of such a value is not modelled"), nil
	}
	return strVal(b.String()), nil
}

func (c *call) export(b *strings.Builder, v Value, depth int) (ok bool, err error) {
	if err := c.alloc(64); err != nil {
		return false, err
	}
	switch v := v.(type) {
	case nullVal:
		b.WriteString("NULL")
	case boolVal:
		b.WriteString(strconv.FormatBool(bool(v)))
	case intVal:
		if v == math.MinInt64 {
			return false, nil
		}
		b.WriteString(toString(v))
	case floatVal:
		s := floatString(float64(v), -1)
		if !strings.ContainsAny(s, ".EN") {
			s += ".0"
		}
		b.WriteString(s)
	case strVal:
		if err := c.alloc(4 * len(v)); err != nil {
			return false, err
		}
		b.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `' . "\0" . '`).Replace(string(v)) + "'")
	case *Array:
		return c.exportArray(b, v, depth)
	default:
		return false, nil
	}
	return true, nil
}

func (c *call) exportArray(b *strings.Builder, a *Array, depth int) (ok bool, err error) {
	if depth > 64 {
		return false, nil
	}
	indent := strings.Repeat("  ", depth)
	if depth > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteString("array (\n")
	for _, e := range pairs(a) {
		b.WriteString(indent + "  ")
		if ok, err := c.export(b, e.k.value(), depth+1); !ok || err != nil {
			return ok, err
		}
		b.WriteString(" => ")
		if ok, err := c.export(b, e.v, depth+1); !ok || err != nil {
			return ok, err
		}
		b.WriteString(",\n")
	}
	b.WriteString(indent + ")")
	return true, nil
}

// nl2br puts a tag before every line end.
func nl2br(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(7 * len(s)); err != nil {
		return nil, err
	}
	br := "<br />"
	if len(c.args) > 1 && !c.bool(1) {
		br = "<br>"
	}
	var b strings.Builder
	b.Grow(len(s) + len("<br />")*(strings.Count(s, "\n")+strings.Count(s, "\r")))
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '\n' || c == '\r' {
			b.WriteString(br)
			if i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r') && s[i+1] != c {
				b.WriteByte(c)
				i++
			}
		}
		b.WriteByte(s[i])
	}
	return strVal(b.String()), nil
}
