package lib

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

var jsonFuncs = map[string]eval.Function{
	"json_decode":     {Run: jsonDecode, Min: 1, Max: 4},
	"json_encode":     jsonEncode(),
	"json_last_error": {Run: jsonLastError, Max: 0},
}

const (
	jsonArrays     = 1 // JSON_OBJECT_AS_ARRAY
	jsonBigStrings = 2
	jsonThrow      = 1 << 22
	jsonIgnore     = 1 << 20 // JSON_INVALID_UTF8_IGNORE
	jsonSubstitute = 1 << 21

	maxJSONDepth = 512
)

// escapesSurrogate reports whether the text has an escape of one half of a surrogate pair.
// PHP rejects a half without the other one, and encoding/json replaces it.
func escapesSurrogate(s string) bool {
	for {
		_, after, found := strings.Cut(s, `\u`)
		if !found || len(after) < 2 {
			return false
		}
		if after[0]|0x20 == 'd' && after[1] >= '8' {
			return true
		}
		s = after
	}
}

func jsonDecode(c *eval.Call) eval.Value {
	s := c.Str(0)
	depth := c.Int(2, 512)
	flags := c.Int(3, 0)
	if flags&(jsonIgnore|jsonSubstitute) != 0 {
		return c.RefusedFor("with these flags")
	}
	if depth < 1 {
		panic(c.Throw("ValueError", "json_decode(): Argument #3 ($depth) must be greater than 0"))
	}
	if flags&jsonThrow == 0 {
		c.Store(eval.JSONErrorSlot, eval.Int(0))
	}
	if escapesSurrogate(s) {
		return c.RefusedFor(`for text with an escape of a surrogate, such as \ud83d`)
	}
	d := &jsonReader{c: c, arrays: c.Bool(1) || flags&jsonArrays != 0 && !c.Has(1), depth: int(min(depth, maxJSONDepth)), big: flags&jsonBigStrings != 0}
	v, ok := d.document(s)
	switch {
	case !ok && depth > maxJSONDepth && d.tooDeep:
		return c.RefusedFor("for JSON that is nested deeper than 512 levels")
	case !ok && flags&jsonThrow != 0:
		panic(c.Throw("JsonException", "Syntax error"))
	case !ok:
		u := c.UnknownOf(eval.Undecidable, "depends on the error that json_decode() reports")
		u.Alts = []eval.Value{eval.Int(1), eval.Int(2), eval.Int(3), eval.Int(4), eval.Int(5), eval.Int(10)}
		c.Store(eval.JSONErrorSlot, u)
		return eval.Null
	}
	return v
}

func jsonLastError(c *eval.Call) eval.Value {
	if v := c.Load(eval.JSONErrorSlot); v != nil {
		return eval.Present(v)
	}
	return eval.Int(0)
}

// A jsonReader converts valid JSON to values.
type jsonReader struct {
	c       *eval.Call
	tokens  *json.Decoder
	arrays  bool // objects become arrays
	big     bool // integers that need more than 64 bits become strings of their digits
	depth   int
	tooDeep bool
	badName bool // a name is not valid as a property name
}

// document reads the whole text; ok is false if PHP would reject it.
func (d *jsonReader) document(s string) (v eval.Value, ok bool) {
	d.c.Alloc(4 * len(s))
	if !utf8.ValidString(s) || !json.Valid([]byte(s)) {
		return nil, false
	}
	d.tokens = json.NewDecoder(strings.NewReader(s))
	d.tokens.UseNumber()
	v = d.read(0)
	return v, !d.tooDeep && !d.badName
}

// nested reads an object or a list.
func (d *jsonReader) nested(object bool, depth int) eval.Value {
	d.c.Alloc(160)
	d.tooDeep = d.tooDeep || depth > d.depth
	if depth > maxJSONDepth {
		panic(d.c.Refuse(eval.Undecidable, "evaluate: JSON is nested deeper than 512 levels"))
	}
	out := eval.NewArray()
	for d.tokens.More() {
		if !object {
			out.Push(d.read(depth))
			continue
		}
		name, _ := d.next().(string)
		k := eval.Key{S: name, Str: true}
		if d.arrays {
			k = eval.StrKey(name)
		}
		d.badName = d.badName || !d.arrays && strings.HasPrefix(name, "\x00")
		out.Set(k, d.read(depth))
	}
	d.next()
	if !object || d.arrays {
		return out
	}
	return d.c.Object("stdClass", out)
}

func (d *jsonReader) number(text string) eval.Value {
	if text == "-0" {
		d.c.Return(d.c.RefusedFor("for the number -0")) // its type depends on the release of PHP
	}
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return eval.Int(n)
		}
		if d.big {
			return eval.String(text)
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // infinite if out of range, as in PHP
	return eval.Float(f)
}

// jsonEncode is not evaluated. It is not known either whether it fails.
func jsonEncode() eval.Function {
	f := eval.NotModelled(eval.Undecidable, "")
	encode := f.Run
	f.Run = func(c *eval.Call) eval.Value {
		c.Store(eval.JSONErrorSlot, c.Refused())
		return encode(c)
	}
	return f
}

// next returns the next token. The text is valid, so there is one.
func (d *jsonReader) next() json.Token {
	d.c.Alloc(112)
	t, err := d.tokens.Token()
	if err != nil {
		panic(d.c.Refuse(eval.Undecidable, "evaluate: JSON cannot be read"))
	}
	return t
}

func (d *jsonReader) read(depth int) eval.Value {
	switch t := d.next().(type) {
	case bool:
		return eval.Bool(t)
	case string:
		return eval.String(t)
	case json.Number:
		return d.number(t.String())
	case json.Delim:
		return d.nested(t == '{', depth+1)
	}
	return eval.Null
}
