package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// plainFuncs are short functions that configurations rarely call.
var plainFuncs = map[string]eval.Function{
	"abs":              {Run: absFunc, Min: 1, Max: 1},
	"array_combine":    {Run: arrayCombine, Min: 2, Max: 2},
	"array_flip":       {Run: arrayFlip, Min: 1, Max: 1},
	"array_reverse":    {Run: arrayReverse, Min: 1, Max: 2},
	"array_unique":     {Run: arrayUnique, Min: 1, Max: 2},
	"htmlspecialchars": {Run: htmlFunc, Min: 1, Max: 4},
	"max":              extreme(func(a, b eval.Int) bool { return a > b }),
	"min":              extreme(func(a, b eval.Int) bool { return a < b }),
	"mb_strlen":        ofASCII(func(s string) eval.Value { return eval.Int(len(s)) }),
	"mb_strtolower":    ofASCII(func(s string) eval.Value { return eval.String(syntax.Lower(s)) }),
	"mb_strtoupper":    ofASCII(func(s string) eval.Value { return eval.String(syntax.Upper(s)) }),
	"ord":              {Run: ordFunc, Min: 1, Max: 1},
	"strtr":            {Run: strtrFunc, Min: 2, Max: 3},
	"substr_count":     {Run: substrCount, Min: 2, Max: 4},
	"ucwords":          {Run: ucwords, Min: 1, Max: 2},
}

// absFunc implements abs. Like extreme and the functions of lists, it evaluates only
// integers and strings.
func absFunc(c *eval.Call) eval.Value {
	n, ok := c.Arg(0).(eval.Int)
	if !ok || n == -n && n != 0 {
		return c.RefusedFor("of a value that is not an integer")
	}
	return max(n, -n)
}

func extreme(better func(a, b eval.Int) bool) eval.Function {
	return eval.Function{Min: 1, Max: -1, Run: func(c *eval.Call) eval.Value {
		list := c.Args
		if a, ok := c.Arg(0).(*eval.Array); ok && len(list) == 1 {
			list = nil
			for _, e := range eval.Pairs(a) {
				list = append(list, e.Value)
			}
		}
		var best eval.Value
		for _, v := range list {
			n, ok := v.(eval.Int)
			if !ok {
				return c.RefusedFor("of values that are not integers")
			}
			if old, has := best.(eval.Int); !has || better(n, old) {
				best = n
			}
		}
		if best == nil {
			return c.RefusedFor("of no values")
		}
		c.Steps(len(list))
		return best
	}}
}

// elements returns the entries of argument i. ok is false if a value is neither a string
// nor an integer.
func elements(c *eval.Call, i int) (list []eval.Entry, ok bool) {
	a, isArray := c.Arg(i).(*eval.Array)
	if !isArray {
		return nil, false
	}
	list = eval.Pairs(a)
	for _, e := range list {
		if k := e.Value.Kind(); k != eval.KindString && k != eval.KindInt {
			return nil, false
		}
	}
	c.Alloc(a.Size())
	return list, true
}

const plainElements = "with elements that are neither strings nor integers"

func arrayCombine(c *eval.Call) eval.Value {
	keys, ok := elements(c, 0)
	values := c.Array(1)
	if !ok {
		return c.RefusedFor(plainElements)
	}
	if values.Len() != len(keys) {
		panic(c.Throw("ValueError", "array_combine(): the arrays must have the same number of elements"))
	}
	out := eval.NewArray()
	for i, e := range eval.Pairs(values) {
		k, _ := eval.ToKey(keys[i].Value)
		out.Set(k, e.Value)
	}
	c.Alloc(values.Size())
	return out
}

func arrayFlip(c *eval.Call) eval.Value {
	list, ok := elements(c, 0)
	if !ok {
		return c.RefusedFor(plainElements)
	}
	out := eval.NewArray()
	for _, e := range list {
		k, _ := eval.ToKey(e.Value)
		out.Set(k, e.Key.Value())
	}
	return out
}

func arrayReverse(c *eval.Call) eval.Value {
	a := c.Array(0)
	list, out := eval.Pairs(a), eval.NewArray()
	for i := len(list) - 1; i >= 0; i-- {
		appendPair(out, list[i], c.Bool(1))
	}
	c.Alloc(a.Size())
	return out
}

// arrayUnique compares elements as strings, as PHP does by default.
func arrayUnique(c *eval.Call) eval.Value {
	list, ok := elements(c, 0)
	if !ok || c.Has(1) {
		return c.RefusedFor(plainElements + ", or with flags")
	}
	seen, out := map[string]bool{}, eval.NewArray()
	for _, e := range list {
		if s := eval.ToString(e.Value); !seen[s] {
			seen[s] = true
			out.Set(e.Key, e.Value)
		}
	}
	return out
}

var htmlEntities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;")

func htmlFunc(c *eval.Call) eval.Value {
	if s := c.Str(0); len(c.Args) == 1 && ascii(s) {
		c.Alloc(6 * len(s))
		return eval.String(htmlEntities.Replace(s))
	}
	return c.RefusedFor("with flags, or text that is not ASCII")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// ofASCII returns a function of a text in some encoding. It evaluates only ASCII text,
// which is the same in all encodings.
func ofASCII(f func(string) eval.Value) eval.Function {
	return eval.Function{Min: 1, Max: 2, Run: func(c *eval.Call) eval.Value {
		s := c.Str(0)
		if len(c.Args) > 1 || !ascii(s) {
			return c.RefusedFor("with text that is not ASCII, or an encoding")
		}
		c.Alloc(len(s))
		return f(s)
	}}
}

func ordFunc(c *eval.Call) eval.Value {
	if s := c.Str(0); s != "" {
		return eval.Int(s[0])
	}
	return eval.Int(0)
}

// strtrFunc replaces characters by others. It does not evaluate the form with an array.
func strtrFunc(c *eval.Call) eval.Value {
	if len(c.Args) < 3 {
		return c.RefusedFor("with an array")
	}
	b, from, to := []byte(c.Str(0)), c.Str(1), c.Str(2)
	c.Alloc(len(b))
	n := min(len(from), len(to))
	for i := range b {
		if j := strings.LastIndexByte(from[:n], b[i]); j >= 0 {
			b[i] = to[j]
		}
	}
	c.Steps(len(b) * (1 + n/64))
	return eval.String(b)
}

func substrCount(c *eval.Call) eval.Value {
	s := strArgs(c)
	if len(c.Args) > 2 || s[1] == "" {
		return c.RefusedFor("with an offset, or nothing to count")
	}
	c.Steps(len(s[0])/64 + 1)
	return eval.Int(strings.Count(s[0], s[1]))
}

// ucwords converts the first letter of each word to upper case.
func ucwords(c *eval.Call) eval.Value {
	b, ends := []byte(c.Str(0)), c.StrOr(1, " \t\r\n\f\v")
	for i := range b {
		if i == 0 || strings.IndexByte(ends, b[i-1]) >= 0 {
			b[i] = syntax.Upper(string(b[i : i+1]))[0]
		}
	}
	c.Alloc(len(b))
	return eval.String(b)
}
