package php

import "strings"

func parseINIFile(c *call) (Value, error) {
	text, v, err := c.contents()
	if err != nil || v != nil {
		return v, err
	}
	return c.parseINI(text)
}

func parseINIString(c *call) (Value, error) {
	text, err := c.str(0)
	if err != nil {
		return nil, err
	}
	return c.parseINI(text)
}

// parseINI reads what most configurations hold: sections, names with [] and [k],
// plain and quoted values, comments. Anything finer (expressions, ${…}, constants,
// quotes inside) gives an unknown.
func (c *call) parseINI(text string) (Value, error) {
	mode, err := c.int(2, 0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(128*(strings.Count(text, "\n")+1) + 2*len(text)); err != nil {
		return nil, err
	}
	strange := c.unknown("such an INI file is not modelled")
	if mode != 0 && mode != 1 && mode != 2 {
		return strange, nil
	}
	r := &iniReader{c: c, mode: mode, out: newArray()}
	r.at = r.out
	for _, line := range strings.FieldsFunc(strings.TrimPrefix(text, "\xef\xbb\xbf"), func(b rune) bool { return b == '\n' || b == '\r' }) {
		if !r.line(strings.Trim(line, " \t")) {
			return strange, nil
		}
	}
	return r.out, nil
}

type iniReader struct {
	c    *call
	mode int64
	out  *Array
	at   *Array
}

func (r *iniReader) line(s string) bool {
	switch {
	case s == "" || s[0] == ';':
		return true
	case s[0] == '#':
		return false
	case s[0] == '[':
		end := strings.IndexByte(s, ']')
		if end < 0 || strings.Trim(s[end+1:], " \t") != "" && s[end+1] != ';' || strings.ContainsAny(s[1:end], "\"'$") {
			return false
		}
		r.at = r.out
		if r.c.bool(1) {
			r.at = newArray()
			r.out.put(s[1:end], r.at)
		}
		return true
	}
	name, raw, assigned := strings.Cut(s, "=")
	if !assigned {
		return false
	}
	name = strings.TrimRight(name, " \t")
	if name == "" || strings.ContainsAny(name, "{}|&~!()^\"$;'") {
		return false
	}
	v, ok := r.value(strings.TrimLeft(raw, " \t"))
	if !ok {
		return false
	}
	return r.put(name, v)
}

func (r *iniReader) put(name string, v Value) bool {
	base, k, element := strings.Cut(name, "[")
	if !element {
		switch lower(name) {
		case "null", "yes", "no", "true", "false", "on", "off", "none":
			return false
		}
		r.at.put(name, v)
		return true
	}
	if !strings.HasSuffix(k, "]") || base == "" {
		return false
	}
	list := newArray()
	if old, ok := r.at.get(strKey(base)); ok {
		if list, ok = old.(*Array); !ok {
			return false
		}
	}
	if k = strings.TrimSuffix(k, "]"); k == "" {
		list.push(v)
	} else {
		list.put(k, v)
	}
	r.at.put(base, list)
	return true
}

func (r *iniReader) value(s string) (Value, bool) {
	if s == "" {
		return strVal(""), true
	}
	if q := s[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(s[1:], q)
		if end < 0 {
			return nil, false
		}
		text, rest := s[1:end+1], strings.Trim(s[end+2:], " \t")
		if rest != "" && rest[0] != ';' || q == '"' && (strings.ContainsAny(text, `\`) || strings.Contains(text, "${")) {
			return nil, false
		}
		return strVal(text), true
	}
	if i := strings.IndexByte(s, ';'); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimRight(s, " \t")
	if strings.ContainsAny(s, `"'`) {
		return nil, false
	}
	if r.mode == 1 { // INI_SCANNER_RAW
		return strVal(s), true
	}
	if strings.ContainsAny(s, `{}|&~!()^$=\`) {
		return nil, false
	}
	return r.word(s)
}

func (r *iniReader) word(s string) (Value, bool) {
	typed := r.mode == 2
	switch lower(s) {
	case "true", "on", "yes":
		if typed {
			return boolVal(true), true
		}
		return strVal("1"), true
	case "false", "off", "no", "none":
		if typed {
			return boolVal(false), true
		}
		return strVal(""), true
	case "null":
		if typed {
			return null, true
		}
		return strVal(""), true
	}
	if k, isInt := decimalKey(s); isInt && typed {
		return intVal(k), true
	}
	if _, ok := r.c.constant(s); ok {
		return nil, false // a constant's value
	}
	if typed {
		if _, num := isNumeric(s); num {
			return nil, false
		}
	}
	return strVal(s), true
}
