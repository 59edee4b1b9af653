package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var substrFuncs = map[string]eval.Function{
	"substr":          {Run: substr, Min: 2, Max: 3},
	"strpos":          {Run: find(false, false), Min: 2, Max: 3},
	"stripos":         {Run: find(true, false), Min: 2, Max: 3},
	"strrpos":         {Run: find(false, true), Min: 2, Max: 3},
	"strstr":          {Run: strstr(false), Min: 2, Max: 3},
	"stristr":         {Run: strstr(true), Min: 2, Max: 3},
	"str_contains":    contains(strings.Contains),
	"str_starts_with": contains(strings.HasPrefix),
	"str_ends_with":   contains(strings.HasSuffix),
}

// substrBounds returns the bounds of PHP's offset and length in a text of n bytes. A negative
// offset or length counts from the end.
func substrBounds(n int, offset int64, length int64, hasLength bool) (from, to int) {
	size := int64(n)
	if offset < 0 {
		offset = max(0, size+max(offset, -size))
	}
	offset = min(offset, size)
	if !hasLength {
		return int(offset), n
	}
	end := size
	if length < 0 {
		end = max(offset, size+max(length, -size))
	} else if length < size-offset {
		end = offset + length
	}
	return int(offset), int(end)
}

// sliceBounds returns the bounds for the offset and length in arguments i and i+1.
func sliceBounds(c *eval.Call, n, i int) (from, to int) {
	offset := c.Int(i, 0)
	length := c.Int(i+1, 0)
	return substrBounds(n, offset, length, c.Has(i+1))
}

func substr(c *eval.Call) eval.Value {
	s := c.Str(0)
	from, to := sliceBounds(c, len(s), 1)
	return eval.String(s[from:to])
}

// find returns strpos, or its variants: fold ignores case, last finds the last match.
func find(fold, last bool) func(c *eval.Call) eval.Value {
	return func(c *eval.Call) eval.Value {
		s := twoStrings(c)
		offset := c.Int(2, 0)
		hay, needle := s[0], s[1]
		c.Steps(len(hay)/64 + 1)
		if fold {
			c.Alloc(len(hay) + len(needle))
			hay, needle = syntax.Lower(hay), syntax.Lower(needle)
		}
		size := int64(len(hay))
		if offset > size || offset < -size {
			panic(c.Throw("ValueError", c.Name+"(): Argument #3 ($offset) must be contained in argument #1 ($haystack)"))
		}
		index := strings.Index
		switch {
		case last && offset < 0:
			return c.RefusedFor("with a negative offset")
		case last:
			index = strings.LastIndex
		case offset < 0:
			offset += size
		}
		at := index(hay[offset:], needle)
		if at < 0 {
			return eval.Bool(false)
		}
		return eval.Int(int(offset) + at)
	}
}

func strstr(fold bool) func(c *eval.Call) eval.Value {
	return func(c *eval.Call) eval.Value {
		s := twoStrings(c)
		hay, needle := s[0], s[1]
		if fold {
			c.Alloc(len(hay) + len(needle))
			hay, needle = syntax.Lower(hay), syntax.Lower(needle)
		}
		i := strings.Index(hay, needle)
		switch {
		case i < 0:
			return eval.Bool(false)
		case c.Bool(2):
			return eval.String(s[0][:i])
		}
		return eval.String(s[0][i:])
	}
}

func contains(f func(s, part string) bool) eval.Function {
	return eval.Function{Min: 2, Max: 2, Run: func(c *eval.Call) eval.Value {
		s := twoStrings(c)
		c.Steps(len(s[0])/64 + 1)
		return eval.Bool(f(s[0], s[1]))
	}}
}
