package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// plainFuncs are short functions that configurations seldom call.
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

// absFunc, extreme and the functions of lists take integers and strings only.
func absFunc(c *eval.Call) (eval.Value, error) {
	n, ok := c.Arg(0).(eval.Int)
	if !ok || n == -n && n != 0 {
		return c.RefusedFor("of a value that is not an integer"), nil
	}
	return max(n, -n), nil
}

func extreme(better func(a, b eval.Int) bool) eval.Function {
	return eval.Function{Min: 1, Max: -1, Run: func(c *eval.Call) (eval.Value, error) {
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
				return c.RefusedFor("of values that are not integers"), nil
			}
			if old, has := best.(eval.Int); !has || better(n, old) {
				best = n
			}
		}
		if best == nil {
			return c.RefusedFor("of no values"), nil
		}
		return best, c.Steps(len(list))
	}}
}

// elements returns the entries of argument i. ok is false if one is neither a string
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
	return list, c.Alloc(a.Size()) == nil
}

const plainElements = "with elements that are neither strings nor integers"

func arrayCombine(c *eval.Call) (eval.Value, error) {
	keys, ok := elements(c, 0)
	values, err := c.Array(1)
	if err != nil || !ok {
		return c.RefusedFor(plainElements), err
	}
	if values.Len() != len(keys) {
		return nil, c.Throw("ValueError", "array_combine(): the arrays must have the same number of elements")
	}
	out := eval.NewArray()
	for i, e := range eval.Pairs(values) {
		k, _ := eval.ToKey(keys[i].Value)
		out.Set(k, e.Value)
	}
	return out, c.Alloc(values.Size())
}

func arrayFlip(c *eval.Call) (eval.Value, error) {
	list, ok := elements(c, 0)
	if !ok {
		return c.RefusedFor(plainElements), nil
	}
	out := eval.NewArray()
	for _, e := range list {
		k, _ := eval.ToKey(e.Value)
		out.Set(k, e.Key.Value())
	}
	return out, nil
}

func arrayReverse(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	list, out := eval.Pairs(a), eval.NewArray()
	for i := len(list) - 1; i >= 0; i-- {
		appendPair(out, list[i], c.Bool(1))
	}
	return out, c.Alloc(a.Size())
}

// arrayUnique compares elements as strings, as PHP does by default.
func arrayUnique(c *eval.Call) (eval.Value, error) {
	list, ok := elements(c, 0)
	if !ok || c.Has(1) {
		return c.RefusedFor(plainElements + ", or with flags"), nil
	}
	seen, out := map[string]bool{}, eval.NewArray()
	for _, e := range list {
		if s := eval.ToString(e.Value); !seen[s] {
			seen[s] = true
			out.Set(e.Key, e.Value)
		}
	}
	return out, nil
}

var htmlEntities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;")

func htmlFunc(c *eval.Call) (eval.Value, error) {
	if s := c.Str(0); len(c.Args) == 1 && ascii(s) {
		return eval.String(htmlEntities.Replace(s)), c.Alloc(6 * len(s))
	}
	return c.RefusedFor("with flags, or text that is not ASCII"), nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// ofASCII makes a function of text in an encoding: ASCII is the same in all of them.
func ofASCII(f func(string) eval.Value) eval.Function {
	return eval.Function{Min: 1, Max: 2, Run: func(c *eval.Call) (eval.Value, error) {
		s := c.Str(0)
		if len(c.Args) > 1 || !ascii(s) {
			return c.RefusedFor("with text that is not ASCII, or an encoding"), nil
		}
		return f(s), c.Alloc(len(s))
	}}
}

func ordFunc(c *eval.Call) (eval.Value, error) {
	if s := c.Str(0); s != "" {
		return eval.Int(s[0]), nil
	}
	return eval.Int(0), nil
}

// strtrFunc replaces characters by others. The form with an array is not evaluated.
func strtrFunc(c *eval.Call) (eval.Value, error) {
	if len(c.Args) < 3 {
		return c.RefusedFor("with an array"), nil
	}
	b, from, to := []byte(c.Str(0)), c.Str(1), c.Str(2)
	if err := c.Alloc(len(b)); err != nil {
		return nil, err
	}
	n := min(len(from), len(to))
	for i := range b {
		if j := strings.LastIndexByte(from[:n], b[i]); j >= 0 {
			b[i] = to[j]
		}
	}
	return eval.String(b), c.Steps(len(b) * (1 + n/64))
}

func substrCount(c *eval.Call) (eval.Value, error) {
	s := strArgs(c)
	if len(c.Args) > 2 || s[1] == "" {
		return c.RefusedFor("with an offset, or nothing to count"), nil
	}
	return eval.Int(strings.Count(s[0], s[1])), c.Steps(len(s[0])/64 + 1)
}

// ucwords raises the first letter of each word.
func ucwords(c *eval.Call) (eval.Value, error) {
	b, ends := []byte(c.Str(0)), c.StrOr(1, " \t\r\n\f\v")
	for i := range b {
		if i == 0 || strings.IndexByte(ends, b[i-1]) >= 0 {
			b[i] = syntax.Upper(string(b[i : i+1]))[0]
		}
	}
	return eval.String(b), c.Alloc(len(b))
}
