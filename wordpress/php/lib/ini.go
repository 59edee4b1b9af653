package lib

import (
	"regexp"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

func parseINIFile(c *eval.Call) eval.Value {
	return parseINI(c, fileContents(c))
}

func parseINIString(c *eval.Call) eval.Value {
	text, _, _ := strings.Cut(c.Str(0), "\x00")
	return parseINI(c, text)
}

// The scanner modes of parse_ini_file and parse_ini_string.
const (
	iniNormal = iota
	iniRaw
	iniTyped
)

// parseINI reads an INI file line by line: sections, names, and values. A value is
// words, a number, constants or quoted text. A line of any other form makes the result
// unknown.
func parseINI(c *eval.Call, text string) eval.Value {
	mode := c.Int(2, iniNormal)
	if mode < iniNormal || mode > iniTyped {
		panic(c.Throw("ValueError", c.Name+"(): Argument #3 ($scanner_mode) must be one of INI_SCANNER_NORMAL, INI_SCANNER_RAW, or INI_SCANNER_TYPED"))
	}
	lines := strings.Count(text, "\n") + 1
	c.Alloc(256*lines + 4*len(text))
	c.Steps(16*lines + len(text)/8)
	if len(text) > 3 {
		text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	}
	out := eval.NewArray()
	p := &iniReader{c: c, mode: mode, out: out, section: out, sections: c.Bool(1)}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	if strings.ContainsAny(text, "\r\x00") || strings.Contains(last, ";") {
		return p.refused()
	}
	for line := range strings.SplitSeq(text, "\n") {
		if u := p.line(line); u != nil {
			return u
		}
	}
	return out
}

// An iniReader collects the elements of an INI file.
type iniReader struct {
	c            *eval.Call
	mode         int64
	sections     bool
	out, section *eval.Array
}

var (
	iniBlankLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[ \t]*(;.*)?$`) })
	iniHeader    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[([A-Za-z0-9_.: -]+)\][ \t]*(;.*)?$`) })
	iniElement   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[ \t]*([A-Za-z0-9_.-]+)(\[[A-Za-z0-9_-]*\])?[ \t]*=[ \t]*(.*)$`)
	})

	iniComment = `[ \t]*(?:;.*)?$`
	iniQuoted  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([^ \t;&|^~()!"'=$]*)[ \t]*"((?:[^"\\$]|\\[^$]|\$+[^{"\\$])*\$*)"` + iniComment)
	})
	iniSingle    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^'([^']+)'` + iniComment) })
	iniWords     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^;&|^~()!"'=$]+?)` + iniComment) })
	iniPart      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^ \t]+`) })
	iniName      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })
	iniNumber    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(-?[0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)$`) })
	iniUnescape  = strings.NewReplacer(`\\`, `\`, `\"`, `"`)
	iniKeywords  = map[string]eval.Value{"true": eval.Bool(true), "on": eval.Bool(true), "yes": eval.Bool(true), "false": eval.Bool(false), "off": eval.Bool(false), "no": eval.Bool(false), "none": eval.Bool(false), "null": eval.Null}
	iniNegatives = "+ ."
)

func (p *iniReader) refused() *eval.Unknown {
	return p.c.RefusedFor("for INI text with other syntax than sections, names, words and quoted text")
}

// line reads one line; the result is not nil if the line has no known form.
func (p *iniReader) line(line string) *eval.Unknown {
	if iniBlankLine().MatchString(line) {
		return nil
	}
	if m := iniHeader().FindStringSubmatch(line); m != nil {
		if p.sections {
			p.section = eval.NewArray()
			p.out.Put(m[1], p.section)
		}
		return nil
	}
	m := iniElement().FindStringSubmatch(line)
	if m == nil || iniKeywords[syntax.Lower(m[1])] != nil || m[2] != "" && strings.IndexByte(iniNegatives, m[1][0]) >= 0 {
		return p.refused()
	}
	v := p.value(m[3])
	if u, ok := v.(*eval.Unknown); ok {
		return u
	}
	if m[2] == "" {
		p.section.Put(m[1], v)
		return nil
	}
	return p.element(m[1], m[2][1:len(m[2])-1], v)
}

// element sets name[k] = v, or appends v for name[] = v.
func (p *iniReader) element(name, k string, v eval.Value) *eval.Unknown {
	list := eval.NewArray()
	if old, ok := p.section.Get(eval.StrKey(name)); ok {
		if a, isArray := old.(*eval.Array); isArray {
			list = a
		}
	}
	p.section.Put(name, list)
	if k == "" {
		list.Push(v)
		return nil
	}
	if iniName().MatchString(k) {
		stands := p.constant(k)
		if u, ok := stands.(*eval.Unknown); ok {
			return u
		}
		k = eval.ToString(stands)
	}
	list.Put(k, v)
	return nil
}

// value returns the value of the text after the equals sign.
func (p *iniReader) value(text string) eval.Value {
	if p.mode == iniRaw {
		return eval.String(rawINIValue(text))
	}
	if text == "" || text[0] == ';' || strings.TrimRight(text, " \t") == "''" {
		return eval.String("")
	}
	if m := iniQuoted().FindStringSubmatch(text); m != nil && !strings.HasSuffix(m[2], `\`) {
		word := eval.String("")
		if m[1] != "" {
			v := p.word(m[1])
			switch {
			case v.Kind() == eval.KindUnknown:
				return v
			case iniKeywords[syntax.Lower(m[1])] != nil:
				return p.refused()
			}
			word = eval.String(eval.ToString(v))
		}
		return word + eval.String(iniUnescape.Replace(m[2]))
	}
	if m := iniSingle().FindStringSubmatch(text); m != nil {
		return eval.String(m[1])
	}
	if m := iniWords().FindStringSubmatch(text); m != nil {
		return p.words(m[1])
	}
	return p.refused()
}

// words returns the value of unquoted words. Several words are text, in which each
// constant is replaced by its value. A keyword among several words is refused.
func (p *iniReader) words(s string) eval.Value {
	if v, ok := iniKeywords[syntax.Lower(s)]; ok {
		return p.keyword(v)
	}
	if !strings.ContainsAny(s, " \t") {
		return p.word(s)
	}
	var unknown *eval.Unknown
	text := iniPart().ReplaceAllStringFunc(s, func(word string) string {
		v := p.word(word)
		if iniKeywords[syntax.Lower(word)] != nil {
			v = p.refused()
		}
		if u, ok := v.(*eval.Unknown); ok {
			unknown = u
			return ""
		}
		return eval.ToString(v)
	})
	if unknown != nil {
		return unknown
	}
	return eval.String(text)
}

// keyword returns the value of true, false or null. It is text, except in the typed mode.
func (p *iniReader) keyword(v eval.Value) eval.Value {
	if p.mode == iniTyped {
		return v
	}
	return eval.String(eval.ToString(v))
}

// word returns the value of an unquoted word: the name of a constant, a number, or text.
func (p *iniReader) word(s string) eval.Value {
	switch {
	case iniName().MatchString(s):
		return p.constant(s)
	case p.mode == iniTyped && iniNumber().MatchString(s):
		n, _ := eval.IsNumeric(s)
		if len(s) > 18 {
			return p.refused()
		}
		return n
	}
	return eval.String(s)
}

// constant returns a constant's value as text; its name if it is not defined.
func (p *iniReader) constant(name string) eval.Value {
	v, ok := p.c.Constant(name)
	switch {
	case !ok:
		return eval.String(name)
	case v.Kind() == eval.KindUnknown:
		return v
	case v.Kind() >= eval.KindArray:
		return p.refused()
	}
	return eval.String(eval.ToString(v))
}

// rawINIValue returns a value of the raw mode, without a comment and without the quotes
// around it.
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
