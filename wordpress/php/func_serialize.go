package php

import (
	"strconv"
	"strings"
)

func serializeFunc(c *call) (Value, error) {
	if c.in.lends(c.arg(0), 0) {
		return c.unknown("serialize of references is not modelled"), nil
	}
	v, err := c.plain(c.arg(0))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	ok, err := c.serialize(&b, v, 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.unknown("serialize of objects is not modelled"), nil
	}
	return strVal(b.String()), nil
}

func (c *call) serialize(b *strings.Builder, v Value, depth int) (bool, error) {
	if err := c.alloc(32); err != nil || depth > 200 {
		return false, err
	}
	switch v := v.(type) {
	case nullVal:
		b.WriteString("N;")
	case boolVal:
		b.WriteString("b:" + strconv.FormatInt(toInt(v), 10) + ";")
	case intVal:
		b.WriteString("i:" + toString(v) + ";")
	case floatVal:
		b.WriteString("d:" + floatString(float64(v), -1) + ";")
	case strVal:
		if err := c.alloc(2 * len(v)); err != nil {
			return false, err
		}
		b.WriteString("s:" + strconv.Itoa(len(v)) + `:"` + string(v) + `";`)
	case *Array:
		b.WriteString("a:" + strconv.Itoa(v.len()) + ":{")
		for _, e := range pairs(v) {
			for _, part := range []Value{e.k.value(), e.v} {
				if ok, err := c.serialize(b, part, depth+1); !ok || err != nil {
					return ok, err
				}
			}
		}
		b.WriteString("}")
	default:
		return false, nil
	}
	return true, nil
}

func unserializeFunc(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if len(c.args) > 1 {
		if _, err := c.array(1); err != nil {
			return nil, err
		}
	}
	r := &serialReader{c: c, s: s}
	v, ok, err := r.value(0)
	switch {
	case err != nil:
		return nil, err
	case r.strange:
		return c.unknown("unserialize of objects is not modelled"), nil
	case !ok:
		return boolVal(false), nil
	}
	return v, nil
}

type serialReader struct {
	c       *call
	s       string
	i       int
	strange bool
}

// until returns the text up to a mark, and passes both.
func (r *serialReader) until(mark byte) (string, bool) {
	end := strings.IndexByte(r.s[r.i:], mark)
	if end < 0 {
		return "", false
	}
	text := r.s[r.i : r.i+end]
	r.i += end + 1
	return text, true
}

func (r *serialReader) value(depth int) (Value, bool, error) {
	if err := r.c.alloc(112); err != nil || depth > 200 {
		return nil, false, err
	}
	if strings.HasPrefix(r.s[r.i:], "N;") {
		r.i += 2
		return null, true, nil
	}
	if len(r.s)-r.i < 4 || r.s[r.i+1] != ':' {
		return nil, false, nil
	}
	kind := r.s[r.i]
	r.i += 2
	switch kind {
	case 'b', 'i', 'd':
		text, ok := r.until(';')
		v, valid := scalarOf(kind, text)
		return v, ok && valid, nil
	case 's', 'a':
		text, ok := r.until(':')
		n, err := strconv.Atoi(text)
		if !ok || err != nil || n < 0 || n > len(r.s) || text[0] == '+' {
			return nil, false, nil //nolint:nilerr // as PHP does
		}
		if kind == 's' {
			return r.str(n)
		}
		return r.array(n, depth)
	}
	r.strange = true
	return nil, false, nil
}

func scalarOf(kind byte, text string) (Value, bool) {
	switch kind {
	case 'b':
		return boolVal(text == "1"), text == "0" || text == "1"
	case 'i':
		n, err := strconv.ParseInt(text, 10, 64)
		return intVal(n), err == nil
	}
	n, all := isNumeric(text)
	return floatVal(toFloat(n)), all && text == strings.TrimSpace(text)
}

func (r *serialReader) str(n int) (Value, bool, error) {
	if r.i+n+3 > len(r.s) || r.s[r.i] != '"' || r.s[r.i+1+n:r.i+3+n] != `";` {
		return nil, false, nil
	}
	text := r.s[r.i+1 : r.i+1+n]
	r.i += n + 3
	return strVal(text), true, nil
}

func (r *serialReader) array(n, depth int) (Value, bool, error) {
	if r.i >= len(r.s) || r.s[r.i] != '{' {
		return nil, false, nil
	}
	r.i++
	out := newArray()
	for range n {
		k, ok, err := r.value(depth + 1)
		if !ok || err != nil {
			return nil, false, err
		}
		if k.kind() != kInt && k.kind() != kString {
			return nil, false, nil
		}
		v, ok, err := r.value(depth + 1)
		if !ok || err != nil {
			return nil, false, err
		}
		at, _ := toKey(k)
		out.set(at, v)
	}
	if r.i >= len(r.s) || r.s[r.i] != '}' {
		return nil, false, nil
	}
	r.i++
	return out, true, nil
}
