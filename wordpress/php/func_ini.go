package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"regexp"
	"strings"
)

func parseINIFile(c *call) (Value, error) {
	text, v, err := fileContents(c)
	if err != nil || v != nil {
		return v, err
	}
	return parseINI(c, text)
}

func parseINIString(c *call) (Value, error) {
	text, _, _ := strings.Cut(c.str(0), "\x00")
	return parseINI(c, text)
}

// The scanner modes of parse_ini_file.
const (
	iniNormal = iota
	iniRaw
	iniTyped
)

// parseINI reads an INI file line by line: sections, names, and values that are a
// word, a number, a constant or quoted text. A line of any other form makes the
// result unknown.
func parseINI(c *call, text string) (Value, error) {
	mode := c.int(2, iniNormal)
	if mode < iniNormal || mode > iniTyped {
		return nil, c.throw("ValueError", c.name+"(): Argument #3 ($scanner_mode) must be one of INI_SCANNER_NORMAL, INI_SCANNER_RAW, or INI_SCANNER_TYPED")
	}
	lines := strings.Count(text, "\n") + 1
	if err := c.alloc(256*lines + 4*len(text)); err != nil {
		return nil, err
	}
	if err := c.steps(16*lines + len(text)/8); err != nil {
		return nil, err
	}
	if len(text) > 3 {
		text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	}
	out := newArray()
	p := &iniReader{c: c, mode: mode, out: out, section: out, sections: c.bool(1)}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	if strings.ContainsAny(text, "\r\x00") || strings.Contains(last, ";") {
		return p.refused(), nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if u := p.line(line); u != nil {
			return u, nil
		}
	}
	return out, nil
}

// An iniReader collects the elements of an INI file.
type iniReader struct {
	c            *call
	mode         int64
	sections     bool
	out, section *Array
}

var (
	iniBlankLine = regexp.MustCompile(`^[ \t]*(;.*)?$`)
	iniHeader    = regexp.MustCompile(`^\[([A-Za-z0-9_.: -]+)\][ \t]*(;.*)?$`)
	iniElement   = regexp.MustCompile(`^[ \t]*([A-Za-z0-9_.-]+)(\[[A-Za-z0-9_-]*\])?[ \t]*=[ \t]*(.*)$`)

	iniComment   = `[ \t]*(?:;.*)?$`
	iniQuoted    = regexp.MustCompile(`^([^ \t;&|^~()!"'=$]*)[ \t]*"((?:[^"\\$]|\\[^$]|\$[^{"\\$])*)"` + iniComment)
	iniSingle    = regexp.MustCompile(`^'([^']+)'` + iniComment)
	iniWord      = regexp.MustCompile(`^([^ \t;&|^~()!"'=$]+)` + iniComment)
	iniName      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	iniNumber    = regexp.MustCompile(`^(-?[0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)$`)
	iniUnescape  = strings.NewReplacer(`\\`, `\`, `\"`, `"`)
	iniKeywords  = map[string]Value{"true": boolVal(true), "on": boolVal(true), "yes": boolVal(true), "false": boolVal(false), "off": boolVal(false), "no": boolVal(false), "none": boolVal(false), "null": null}
	iniNegatives = "+ ."
)

func (p *iniReader) refused() *Unknown {
	return p.c.unknown("calls " + p.c.name + "() with an INI file whose syntax is not evaluated")
}

// line reads one line; the result is not nil if it is of no known form.
func (p *iniReader) line(line string) *Unknown {
	if iniBlankLine.MatchString(line) {
		return nil
	}
	if m := iniHeader.FindStringSubmatch(line); m != nil {
		if p.sections {
			p.section = newArray()
			p.out.put(m[1], p.section)
		}
		return nil
	}
	m := iniElement.FindStringSubmatch(line)
	if m == nil || iniKeywords[syntax.Lower(m[1])] != nil || m[2] != "" && strings.IndexByte(iniNegatives, m[1][0]) >= 0 {
		return p.refused()
	}
	v := p.value(m[3])
	if u, ok := v.(*Unknown); ok {
		return u
	}
	if m[2] == "" {
		p.section.put(m[1], v)
		return nil
	}
	return p.element(m[1], m[2][1:len(m[2])-1], v)
}

// element is name[k] = v, or name[] = v.
func (p *iniReader) element(name, k string, v Value) *Unknown {
	list := newArray()
	if old, ok := p.section.get(strKey(name)); ok {
		if a, isArray := old.(*Array); isArray {
			list = a
		}
	}
	p.section.put(name, list)
	if k == "" {
		list.push(v)
		return nil
	}
	if iniName.MatchString(k) {
		stands := p.constant(k)
		if u, ok := stands.(*Unknown); ok {
			return u
		}
		k = toString(stands)
	}
	list.put(k, v)
	return nil
}

// value is the value that a text stands for.
func (p *iniReader) value(text string) Value {
	if p.mode == iniRaw {
		return strVal(rawINIValue(text))
	}
	if text == "" || text[0] == ';' || strings.TrimRight(text, " \t") == "''" {
		return strVal("")
	}
	if m := iniQuoted.FindStringSubmatch(text); m != nil && !strings.HasSuffix(m[2], `\`) {
		word := strVal("")
		if m[1] != "" {
			v := p.word(m[1])
			switch {
			case v.kind() == kUnknown:
				return v
			case iniKeywords[syntax.Lower(m[1])] != nil:
				return p.refused()
			}
			word = strVal(toString(v))
		}
		return word + strVal(iniUnescape.Replace(m[2]))
	}
	if m := iniSingle.FindStringSubmatch(text); m != nil {
		return strVal(m[1])
	}
	if m := iniWord.FindStringSubmatch(text); m != nil {
		if v, ok := iniKeywords[syntax.Lower(m[1])]; ok {
			return p.keyword(v)
		}
		return p.word(m[1])
	}
	return p.refused()
}

// keyword is true, false or null, which are text but in the mode with types.
func (p *iniReader) keyword(v Value) Value {
	if p.mode == iniTyped {
		return v
	}
	return strVal(toString(v))
}

// word is an unquoted word: the name of a constant, a number, or text.
func (p *iniReader) word(s string) Value {
	switch {
	case iniName.MatchString(s):
		return p.constant(s)
	case p.mode == iniTyped && iniNumber.MatchString(s):
		n, _ := isNumeric(s)
		if len(s) > 18 {
			return p.refused()
		}
		return n
	}
	return strVal(s)
}

// constant is a constant's value as text, or its name where there is none.
func (p *iniReader) constant(name string) Value {
	v, ok := p.c.constant(name)
	switch {
	case !ok:
		return strVal(name)
	case v.kind() == kUnknown:
		return v
	case v.kind() >= kArray:
		return p.refused()
	}
	return strVal(toString(v))
}

// rawINIValue is a value as it stands, without a comment and the quotes around it.
func rawINIValue(text string) string {
	comment := -1
	for i := 1; i < len(text); i++ {
		if text[i] == ';' && comment < 0 {
			comment = i
		} else if text[i] == '"' && text[0] == '"' {
			comment = -1
		}
	}
	if text != "" && text[0] == ';' {
		comment = 0
	}
	if comment >= 0 {
		text = text[:comment]
	}
	text = strings.TrimRight(text, " \t")
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' {
		text = text[1 : n-1]
	}
	return text
}
