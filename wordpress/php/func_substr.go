package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
)

var substrFuncs = map[string]function{
	"substr":          {fn: substr, min: 2, max: 3},
	"substr_count":    {fn: substrCount, min: 2, max: 4},
	"strpos":          {fn: find(false, false), min: 2, max: 3},
	"stripos":         {fn: find(true, false), min: 2, max: 3},
	"strrpos":         {fn: find(false, true), min: 2, max: 3},
	"strripos":        {fn: find(true, true), min: 2, max: 3},
	"strstr":          {fn: strstr(false), min: 2, max: 3},
	"strchr":          {fn: strstr(false), min: 2, max: 3},
	"stristr":         {fn: strstr(true), min: 2, max: 3},
	"strrchr":         {fn: strrchr, min: 2, max: 2},
	"str_contains":    contains(strings.Contains),
	"str_starts_with": contains(strings.HasPrefix),
	"str_ends_with":   contains(strings.HasSuffix),
	"strspn":          {fn: span(true), min: 2, max: 4},
	"strcspn":         {fn: span(false), min: 2, max: 4},
}

// cut are the bounds of PHP's offset and length in a text of size n; a negative
// one counts from the end.
func cut(n int, offset int64, length int64, hasLength bool) (from, to int) {
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

// sliceBounds reads offset and length from arguments i and i+1.
func sliceBounds(c *call, n, i int) (from, to int) {
	offset := c.int(i, 0)
	length := c.int(i+1, 0)
	return cut(n, offset, length, c.has(i+1))
}

func substr(c *call) (Value, error) {
	s := c.str(0)
	from, to := sliceBounds(c, len(s), 1)
	return strVal(s[from:to]), nil
}

func substrCount(c *call) (Value, error) {
	s := strArgs(c, 2)
	if s[1] == "" {
		return nil, c.throw("ValueError", "substr_count(): Argument #2 ($needle) cannot be empty")
	}
	offset := c.int(2, 0)
	length := c.int(3, 0)
	size := int64(len(s[0]))
	if offset < 0 {
		offset += size
	}
	if offset < 0 || offset > size {
		return nil, c.throw("ValueError", "substr_count(): Argument #3 ($offset) must be contained in argument #1 ($haystack)")
	}
	end := size
	if c.has(3) {
		if length < 0 {
			length += size - offset
		}
		if length < 0 || length > size-offset {
			return nil, c.throw("ValueError", "substr_count(): Argument #4 ($length) must be contained in argument #1 ($haystack)")
		}
		end = offset + length
	}
	return intVal(strings.Count(s[0][offset:end], s[1])), c.steps(len(s[0]) / 64)
}

// find is strpos and its family.
func find(fold, last bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		s := strArgs(c, 2)
		offset := c.int(2, 0)
		hay, needle := s[0], s[1]
		if err := c.steps(len(hay)/64 + 1); err != nil {
			return nil, err
		}
		if fold {
			if err := c.alloc(len(hay) + len(needle)); err != nil {
				return nil, err
			}
			hay, needle = syntax.Lower(hay), syntax.Lower(needle)
		}
		size := int64(len(hay))
		if offset > size || offset < -size {
			return nil, c.throw("ValueError", c.name+"(): Argument #3 ($offset) must be contained in argument #1 ($haystack)")
		}
		var at int
		if last {
			at = lastIndex(hay, needle, int(offset))
		} else {
			if offset < 0 {
				offset += size
			}
			if at = strings.Index(hay[offset:], needle); at >= 0 {
				at += int(offset)
			}
		}
		if at < 0 {
			return boolVal(false), nil
		}
		return intVal(at), nil
	}
}

// lastIndex is strrpos: a negative offset is where the search from the right ends.
func lastIndex(hay, needle string, offset int) int {
	if offset >= 0 {
		if i := strings.LastIndex(hay[offset:], needle); i >= 0 {
			return i + offset
		}
		return -1
	}
	end := len(hay) + offset + len(needle)
	return strings.LastIndex(hay[:min(end, len(hay))], needle)
}

func strstr(fold bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		s := strArgs(c, 2)
		hay, needle := s[0], s[1]
		if fold {
			if err := c.alloc(len(hay) + len(needle)); err != nil {
				return nil, err
			}
			hay, needle = syntax.Lower(hay), syntax.Lower(needle)
		}
		i := strings.Index(hay, needle)
		switch {
		case i < 0:
			return boolVal(false), nil
		case c.bool(2):
			return strVal(s[0][:i]), nil
		}
		return strVal(s[0][i:]), nil
	}
}

func strrchr(c *call) (Value, error) {
	s := strArgs(c, 2)
	needle := byte(0)
	if s[1] != "" {
		needle = s[1][0]
	}
	if i := strings.LastIndexByte(s[0], needle); i >= 0 {
		return strVal(s[0][i:]), nil
	}
	return boolVal(false), nil
}

func contains(f func(s, part string) bool) function {
	return function{min: 2, max: 2, fn: func(c *call) (Value, error) {
		s := strArgs(c, 2)
		return boolVal(f(s[0], s[1])), c.steps(len(s[0])/64 + 1)
	}}
}

func span(inside bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		s := strArgs(c, 2)
		from, to := sliceBounds(c, len(s[0]), 2)
		n := 0
		for _, b := range []byte(s[0][from:to]) {
			if strings.IndexByte(s[1], b) >= 0 != inside {
				break
			}
			n++
		}
		return intVal(n), c.steps(n)
	}
}
