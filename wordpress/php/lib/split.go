package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

func implode(c *eval.Call) eval.Value {
	sepArg, listArg := c.Arg(0), c.Arg(1)
	if len(c.Args) == 1 {
		sepArg, listArg = eval.String(""), c.Arg(0)
	} else if sepArg.Kind() == eval.KindArray {
		sepArg, listArg = listArg, sepArg // implode also accepts the arguments in the older, opposite order
	}
	list, ok := listArg.(*eval.Array)
	if !ok || sepArg.Kind() == eval.KindArray {
		panic(c.Throw("TypeError", c.Name+"(): Argument #2 ($array) must be of type ?array, "+eval.TypeWord(listArg)+" given"))
	}
	sep := c.StringOf(sepArg)
	var parts []string
	size := 0
	for _, v := range list.Each {
		s := c.StringOf(v)
		parts = append(parts, s)
		if size += len(s) + len(sep); size > 1<<20 {
			c.Alloc(size)
			size = 0
		}
	}
	c.Alloc(size + 16*len(parts))
	return eval.String(strings.Join(parts, sep))
}

func explode(c *eval.Call) eval.Value {
	s := twoStrings(c)
	limit := c.Int(2, 1<<62)
	sep, text := s[0], s[1]
	if sep == "" {
		panic(c.Throw("ValueError", "explode(): Argument #1 ($separator) cannot be empty"))
	}
	n := strings.Count(text, sep) + 1
	c.Alloc(224*n + len(text))
	if limit < 1 {
		return c.RefusedFor("with a limit below 1")
	}
	return eval.ListOfStrings(strings.SplitN(text, sep, int(min(limit, int64(n)+1))))
}

// strReplace does not evaluate several texts.
func strReplace(c *eval.Call) eval.Value {
	search, replace := c.Arg(0), c.Arg(1)
	switch {
	case search.Kind() != eval.KindArray && replace.Kind() == eval.KindArray:
		panic(c.Throw("TypeError", c.Name+"(): Argument #2 ($replace) must be of type string when argument #1 ($search) is a string"))
	case c.Arg(2).Kind() == eval.KindArray:
		c.Return(c.RefusedFor("with several texts"))
	}
	out, n := replaceAll(c, c.StringOf(c.Arg(2)), search, replace)
	c.SetRef(3, eval.Int(n))
	return eval.String(out)
}

func replaceAll(c *eval.Call, s string, search, replace eval.Value) (string, int) {
	list, ok := search.(*eval.Array)
	if !ok {
		return replaceOne(c, s, search, replace)
	}
	var with []eval.Entry
	rest, many := replace.(*eval.Array)
	if many {
		with, replace = eval.Pairs(rest), eval.String("")
	}
	total := 0
	for i, e := range eval.Pairs(list) {
		to := replace
		if i < len(with) {
			to = with[i].Value
		}
		var n int
		s, n = replaceOne(c, s, e.Value, to)
		total += n
	}
	return s, total
}

func replaceOne(c *eval.Call, s string, search, replace eval.Value) (string, int) {
	from := c.StringOf(search)
	to := c.StringOf(replace)
	if from == "" || len(from) > len(s) {
		c.Steps(1)
		return s, 0
	}
	n := strings.Count(s, from)
	allocTimes(c, max(len(to)-len(from), 1), int64(n))
	if c.Alloc(len(s)); n == 0 {
		return s, 0
	}
	return strings.ReplaceAll(s, from, to), n
}

// strtok returns the first part of a text that is not empty, up to any of the given
// bytes. The form with one argument, which continues with an earlier text, is not
// evaluated.
func strtok(c *eval.Call) eval.Value {
	if !c.Has(1) {
		return c.RefusedFor("with one argument")
	}
	text, separators := c.Str(0), c.Str(1)
	for text != "" && strings.IndexByte(separators, text[0]) >= 0 {
		text = text[1:]
	}
	end := 0
	for end < len(text) && strings.IndexByte(separators, text[end]) < 0 {
		end++
	}
	if end == 0 {
		return eval.Bool(false)
	}
	c.Steps(len(text) / 16)
	return eval.String(text[:end])
}
