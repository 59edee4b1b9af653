package php

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

var jsonFuncs = map[string]function{
	"json_decode":     {fn: jsonDecode, min: 1, max: 4},
	"json_encode":     jsonEncode(),
	"json_last_error": {fn: jsonLastError, max: 0},
}

const (
	jsonArrays     = 1 // JSON_OBJECT_AS_ARRAY
	jsonBigStrings = 2
	jsonThrow      = 1 << 22
	jsonIgnore     = 1 << 20 // JSON_INVALID_UTF8_IGNORE
	jsonSubstitute = 1 << 21

	maxJSONDepth = 512
)

func jsonDecode(c *call) (Value, error) {
	s := c.str(0)
	depth := c.int(2, 512)
	flags := c.int(3, 0)
	if flags&(jsonIgnore|jsonSubstitute) != 0 {
		return c.unknown("these flags of json_decode are not modelled"), nil
	}
	if depth < 1 {
		return nil, c.throw("ValueError", "json_decode(): Argument #3 ($depth) must be greater than 0")
	}
	if flags&jsonThrow == 0 {
		c.store(jsonErrorSlot, intVal(0))
	}
	d := &jsonReader{c: c, s: s, arrays: c.bool(1) || flags&jsonArrays != 0 && !c.has(1), depth: int(min(depth, maxJSONDepth)), big: flags&jsonBigStrings != 0}
	v, ok, err := d.document()
	switch {
	case err != nil:
		return nil, err
	case !ok && depth > maxJSONDepth && d.tooDeep:
		return c.unknown("JSON of such depth is not modelled"), nil
	case !ok && flags&jsonThrow != 0:
		return nil, c.throw("JsonException", "Syntax error")
	case !ok:
		u := c.unknownOf(Undecidable, "depends on what is wrong with JSON")
		u.alts = []Value{intVal(1), intVal(2), intVal(3), intVal(4), intVal(5), intVal(10)}
		c.store(jsonErrorSlot, u)
		return null, nil
	}
	return v, nil
}

func jsonLastError(c *call) (Value, error) {
	if v := c.load(jsonErrorSlot); v != nil {
		return present(v), nil
	}
	return intVal(0), nil
}

// A jsonReader makes values of valid JSON.
type jsonReader struct {
	c       *call
	s       string
	i       int
	arrays  bool // objects become arrays
	big     bool // integers beyond 64 bits become strings of their digits
	depth   int
	tooDeep bool
	badName bool // a name that no property can have
}

// document reads the whole text; ok is false if PHP would not accept it.
func (d *jsonReader) document() (v Value, ok bool, err error) {
	if err := d.c.alloc(len(d.s)); err != nil {
		return nil, false, err
	}
	if !utf8.ValidString(d.s) || !json.Valid([]byte(d.s)) || loneSurrogate(d.s) {
		return nil, false, nil
	}
	v, err = d.value(0)
	return v, !d.tooDeep && !d.badName, err
}

// loneSurrogate reports an escape of one half of a character beyond 16 bits.
func loneSurrogate(s string) bool {
	for i := 0; i+5 < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		high, low := surrogateAt(s, i), surrogateAt(s, i+6)
		switch {
		case high >= 0xDC00, high > 0 && low < 0xDC00:
			return true
		case high > 0:
			i += 11
		default:
			i++
		}
	}
	return false
}

// surrogateAt is the surrogate whose escape begins at i; 0 if there is none.
func surrogateAt(s string, i int) uint64 {
	if i+6 > len(s) || s[i] != '\\' || s[i+1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
	if err != nil || n < 0xD800 || n > 0xDFFF {
		return 0
	}
	return n
}

// skip passes white space, and the given byte if it follows.
func (d *jsonReader) skip(c byte) bool {
	for d.i < len(d.s) && phpBase64Blank(d.s[d.i]) {
		d.i++
	}
	if d.i < len(d.s) && d.s[d.i] == c {
		d.i++
		return true
	}
	return false
}

func (d *jsonReader) value(depth int) (Value, error) {
	if err := d.c.alloc(112); err != nil {
		return nil, err
	}
	switch {
	case d.skip('{'):
		return d.object(depth + 1)
	case d.skip('['):
		return d.list(depth + 1)
	case d.skip('"'):
		s, err := d.str()
		return strVal(s), err
	}
	start := d.i
	for d.i < len(d.s) && strings.IndexByte(" \t\r\n,]}", d.s[d.i]) < 0 {
		d.i++
	}
	switch text := d.s[start:d.i]; text {
	case "true", "false":
		return boolVal(text == "true"), nil
	case "null":
		return null, nil
	default:
		return d.number(text), nil
	}
}

// nested charges for an array or an object and checks how deep it lies.
func (d *jsonReader) nested(depth int) error {
	d.tooDeep = d.tooDeep || depth > d.depth
	if depth > maxJSONDepth {
		return d.c.refuse(Undecidable, "evaluate: JSON is nested too deeply")
	}
	return d.c.alloc(160)
}

func (d *jsonReader) list(depth int) (Value, error) {
	out := newArray()
	if err := d.nested(depth); err != nil || d.skip(']') {
		return out, err
	}
	for {
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		out.push(v)
		if !d.skip(',') {
			d.skip(']')
			return out, nil
		}
	}
}

func (d *jsonReader) object(depth int) (Value, error) {
	out := newArray()
	if err := d.nested(depth); err != nil {
		return nil, err
	}
	for more := !d.skip('}'); more; more = d.skip(',') {
		d.skip('"')
		name, err := d.str()
		if err != nil {
			return nil, err
		}
		d.skip(':')
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		if d.arrays {
			out.set(strKey(name), v)
		} else {
			out.set(key{s: name, str: true}, v)
			d.badName = d.badName || strings.HasPrefix(name, "\x00")
		}
	}
	d.skip('}')
	if d.arrays {
		return out, nil
	}
	return d.c.object("stdClass", out)
}

func (d *jsonReader) number(text string) Value {
	if text == "-0" {
		return floatVal(math.Copysign(0, -1))
	}
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return intVal(n)
		}
		if d.big {
			return strVal(text)
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // infinite beyond the range, as in PHP
	return floatVal(f)
}

// str reads a string whose opening quote was passed.
func (d *jsonReader) str() (string, error) {
	start, plain := d.i, true
	for d.s[d.i] != '"' {
		if d.s[d.i] == '\\' {
			plain = false
			d.i++
		}
		d.i++
	}
	text := d.s[start:d.i]
	d.i++
	if plain {
		return text, d.c.steps(len(text) >> 12) // it is a part of what is read
	}
	if err := d.c.alloc(4 * len(text)); err != nil {
		return "", err
	}
	var out string
	err := json.Unmarshal([]byte(d.s[start-1:d.i]), &out)
	return out, err
}

// jsonEncode is not evaluated; whether it fails is not known either.
func jsonEncode() function {
	f := notModelled(Undecidable, notEvaluated("json_encode"))
	encode := f.fn
	f.fn = func(c *call) (Value, error) {
		c.store(jsonErrorSlot, c.refused())
		return encode(c)
	}
	return f
}
