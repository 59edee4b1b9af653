package php

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

var jsonFuncs = map[string]function{
	"json_decode":     {fn: jsonDecode, min: 1, max: 4},
	"json_encode":     {fn: jsonEncode, min: 1, max: 3},
	"json_last_error": {fn: jsonLastError, max: 0}, "json_last_error_msg": {},
}

const (
	jsonArrays     = 1 // JSON_OBJECT_AS_ARRAY
	jsonBigStrings = 2
	jsonThrow      = 1 << 22
	jsonIgnore     = 1 << 20 // JSON_INVALID_UTF8_IGNORE
	jsonSubstitute = 1 << 21
)

func jsonDecode(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	depth, err := c.int(2, 512)
	if err != nil {
		return nil, err
	}
	flags, err := c.int(3, 0)
	if err != nil {
		return nil, err
	}
	if flags&(jsonIgnore|jsonSubstitute) != 0 {
		return c.unknown("these flags of json_decode are not modelled"), nil
	}
	if depth < 1 {
		return nil, c.throw("ValueError", "json_decode(): Argument #3 ($depth) must be greater than 0")
	}
	if flags&jsonThrow == 0 {
		c.store(jsonErrorSlot, intVal(0))
	}
	d := &jsonReader{c: c, s: s, arrays: c.bool(1) || flags&jsonArrays != 0 && !c.has(1), depth: int(min(depth, 512)), big: flags&jsonBigStrings != 0}
	v, ok, err := d.document()
	switch {
	case err != nil:
		return nil, err
	case !ok && depth > 512 && d.deep:
		return c.unknown("JSON of such depth is not modelled"), nil
	case !ok && flags&jsonThrow != 0:
		return nil, c.throw("JsonException", "Syntax error")
	case !ok:
		u := c.in.unknownAt(Undecidable, c.pos, "depends on what is wrong with JSON")
		u.alts = []Value{intVal(1), intVal(2), intVal(3), intVal(4), intVal(5), intVal(10)}
		c.store(jsonErrorSlot, u)
		return null, nil
	}
	return v, nil
}

// jsonErrorSlot holds what json_last_error says. The evaluator makes it unknown when
// JSON is.
const jsonErrorSlot = "json.error"

func jsonLastError(c *call) (Value, error) {
	if v := c.load(jsonErrorSlot); v != nil {
		return c.in.deref(v), nil
	}
	return intVal(0), nil
}

// A jsonReader reads JSON as PHP does. ok is false of what is none.
type jsonReader struct {
	big    bool // integers too large are their digits
	c      *call
	s      string
	i      int
	arrays bool
	depth  int
	deep   bool
}

func (d *jsonReader) document() (v Value, ok bool, err error) {
	if v, ok, err = d.value(0); !ok || err != nil {
		return nil, false, err
	}
	d.blank()
	return v, d.i == len(d.s), nil
}

func (d *jsonReader) blank() {
	for d.i < len(d.s) && phpBase64Blank(d.s[d.i]) {
		d.i++
	}
}

func (d *jsonReader) eat(c byte) bool {
	d.blank()
	if d.i < len(d.s) && d.s[d.i] == c {
		d.i++
		return true
	}
	return false
}

func (d *jsonReader) value(depth int) (Value, bool, error) {
	if err := d.c.alloc(112); err != nil {
		return nil, false, err
	}
	d.blank()
	if d.i >= len(d.s) {
		return nil, false, nil
	}
	switch b := d.s[d.i]; {
	case b == '{' || b == '[':
		if depth >= d.depth {
			d.deep = true
			return nil, false, nil
		}
		d.i++
		if err := d.c.alloc(160); err != nil {
			return nil, false, err
		}
		if b == '{' {
			return d.object(depth + 1)
		}
		return d.list(depth + 1)
	case b == '"':
		s, ok, err := d.str()
		return strVal(s), ok, err
	case b == '-' || digit(b):
		v, ok := d.number()
		return v, ok, nil
	}
	for word, v := range map[string]Value{"true": boolVal(true), "false": boolVal(false), "null": null} {
		if len(d.s)-d.i >= len(word) && d.s[d.i:d.i+len(word)] == word {
			d.i += len(word)
			return v, true, nil
		}
	}
	return nil, false, nil
}

func (d *jsonReader) list(depth int) (Value, bool, error) {
	out := newArray()
	if d.eat(']') {
		return out, true, nil
	}
	for {
		v, ok, err := d.value(depth)
		if !ok || err != nil {
			return nil, false, err
		}
		out.push(v)
		if d.eat(']') {
			return out, true, nil
		}
		if !d.eat(',') {
			return nil, false, nil
		}
	}
}

func (d *jsonReader) object(depth int) (Value, bool, error) {
	out := newArray()
	for more := !d.eat('}'); more; {
		d.blank()
		if d.i >= len(d.s) || d.s[d.i] != '"' {
			return nil, false, nil
		}
		name, ok, err := d.str()
		if !ok || err != nil {
			return nil, false, err
		}
		if !d.eat(':') {
			return nil, false, nil
		}
		v, ok, err := d.value(depth)
		if !ok || err != nil {
			return nil, false, err
		}
		if !d.arrays && strings.HasPrefix(name, "\x00") {
			return nil, false, nil
		}
		if k := strKey(name); d.arrays {
			out.set(k, v)
		} else {
			out.set(key{s: name, str: true}, v)
		}
		if d.eat('}') {
			break
		}
		if !d.eat(',') {
			return nil, false, nil
		}
	}
	if d.arrays {
		return out, true, nil
	}
	o, err := d.c.object("stdClass", out)
	return o, err == nil, err
}

func (d *jsonReader) number() (Value, bool) {
	start := d.i
	if d.s[d.i] == '-' {
		d.i++
	}
	digits := func() bool {
		from := d.i
		for d.i < len(d.s) && digit(d.s[d.i]) {
			d.i++
		}
		return d.i > from
	}
	first := d.i
	if !digits() || d.s[first] == '0' && d.i > first+1 {
		return nil, false
	}
	float := false
	if d.i < len(d.s) && d.s[d.i] == '.' {
		float = true
		d.i++
		if !digits() {
			return nil, false
		}
	}
	if d.i < len(d.s) && d.s[d.i]|0x20 == 'e' {
		float = true
		d.i++
		if d.i < len(d.s) && (d.s[d.i] == '+' || d.s[d.i] == '-') {
			d.i++
		}
		if !digits() {
			return nil, false
		}
	}
	text := d.s[start:d.i]
	if text == "-0" {
		return floatVal(negativeZero()), true
	}
	if !float {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return intVal(n), true
		}
		if d.big {
			return strVal(text), true
		}
	}
	f, _ := strconv.ParseFloat(text, 64)
	return floatVal(f), true
}

func negativeZero() float64 {
	f, _ := strconv.ParseFloat("-0", 64)
	return f
}

// str reads a string; d.i is at its quote.
func (d *jsonReader) str() (string, bool, error) {
	d.i++
	size, plain := d.extent()
	if size < 0 {
		return "", false, nil
	}
	if text := d.s[d.i : d.i+size]; plain && utf8.ValidString(text) {
		d.i += size + 1
		return text, true, d.c.steps(size >> 12) // it lies in what is read
	}
	if err := d.c.alloc(size + 3*min(size, 1<<16)); err != nil {
		return "", false, err
	}
	var b strings.Builder
	b.Grow(size)
	for d.i < len(d.s) {
		c := d.s[d.i]
		switch {
		case c == '"':
			d.i++
			return b.String(), true, nil
		case c < ' ':
			return "", false, nil
		case c == '\\':
			if !d.escape(&b) {
				return "", false, nil
			}
		default:
			r, n := utf8.DecodeRuneInString(d.s[d.i:])
			if r == utf8.RuneError && n == 1 {
				return "", false, nil
			}
			b.WriteString(d.s[d.i : d.i+n])
			d.i += n
		}
	}
	return "", false, nil
}

// extent is how long the string is up to its closing quote, -1 if it has none; plain
// is whether it is as it stands there.
func (d *jsonReader) extent() (size int, plain bool) {
	plain = true
	for i := d.i; i < len(d.s); i++ {
		switch c := d.s[i]; {
		case c == '"':
			return i - d.i, plain
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return -1, false
		}
	}
	return -1, false
}

func (d *jsonReader) escape(b *strings.Builder) bool {
	if d.i+1 >= len(d.s) {
		return false
	}
	c := d.s[d.i+1]
	d.i += 2
	if at := strings.IndexByte(`"\/bfnrt`, c); at >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[at])
		return true
	}
	if c != 'u' {
		return false
	}
	r, ok := d.hex4()
	if !ok {
		return false
	}
	switch {
	case r >= 0xD800 && r < 0xDC00:
		if !strings.HasPrefix(d.s[d.i:], `\u`) {
			return false
		}
		d.i += 2
		low, ok := d.hex4()
		if !ok || low < 0xDC00 || low > 0xDFFF {
			return false
		}
		r = 0x10000 + (r-0xD800)<<10 + low - 0xDC00
	case r >= 0xDC00 && r < 0xE000:
		return false
	}
	b.WriteRune(r)
	return true
}

func (d *jsonReader) hex4() (rune, bool) {
	if d.i+4 > len(d.s) {
		return 0, false
	}
	n, err := strconv.ParseUint(d.s[d.i:d.i+4], 16, 16)
	d.i += 4
	return rune(n), err == nil
}
