package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// plainFuncs are short functions that configurations rarely call.
var plainFuncs = map[string]eval.Function{
	"array_combine": {Run: arrayCombine, Min: 2, Max: 2},
	"array_flip":    {Run: arrayFlip, Min: 1, Max: 1},
	"array_reverse": {Run: arrayReverse, Min: 1, Max: 2},
	"mb_strtolower": ofASCII(syntax.Lower),
	"mb_strtoupper": ofASCII(syntax.Upper),
	"ord":           {Run: ordFunc, Min: 1, Max: 1},
	"substr_count":  {Run: substrCount, Min: 2, Max: 4},
}

// elements returns the entries of argument i, whose values are strings and integers. It
// ends the builtin if they are not.
func elements(c *eval.Call, i int) []eval.Entry {
	a := c.Array(i)
	c.Alloc(a.Size())
	list := eval.Pairs(a)
	for _, e := range list {
		if k := e.Value.Kind(); k != eval.KindString && k != eval.KindInt {
			c.Return(c.RefusedFor("with elements that are neither strings nor integers"))
		}
	}
	return list
}

func arrayCombine(c *eval.Call) eval.Value {
	keys, values := elements(c, 0), c.Array(1)
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
	out := eval.NewArray()
	for _, e := range elements(c, 0) {
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
func ofASCII(f func(string) string) eval.Function {
	return eval.Function{Min: 1, Max: 2, Run: func(c *eval.Call) eval.Value {
		s := c.Str(0)
		if len(c.Args) > 1 || !ascii(s) {
			return c.RefusedFor("with text that is not ASCII, or an encoding")
		}
		c.Alloc(len(s))
		return eval.String(f(s))
	}}
}

func ordFunc(c *eval.Call) eval.Value {
	if s := c.Str(0); s != "" {
		return eval.Int(s[0])
	}
	return eval.Int(0)
}

func substrCount(c *eval.Call) eval.Value {
	s := strArgs(c)
	if len(c.Args) > 2 || s[1] == "" {
		return c.RefusedFor("with an offset, or nothing to count")
	}
	c.Steps(len(s[0])/64 + 1)
	return eval.Int(strings.Count(s[0], s[1]))
}
