package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
)

func implode(c *call) (Value, error) {
	sepArg, listArg := c.arg(0), c.arg(1)
	if len(c.args) == 1 {
		sepArg, listArg = strVal(""), c.arg(0)
	} else if sepArg.kind() == kArray {
		sepArg, listArg = listArg, sepArg // the old order of arguments
	}
	list, ok := listArg.(*Array)
	if !ok || sepArg.kind() == kArray {
		return nil, c.throw("TypeError", c.name+"(): Argument #2 ($array) must be of type ?array, "+typeWord(listArg)+" given")
	}
	sep, err := c.stringOf(sepArg)
	if err != nil {
		return nil, err
	}
	var parts []string
	size := 0
	list.each(func(_ key, v Value) bool {
		var s string
		if s, err = c.stringOf(v); err != nil {
			return false
		}
		parts = append(parts, s)
		if size += len(s) + len(sep); size > 1<<20 {
			err = c.alloc(size)
			size = 0
		}
		return err == nil
	})
	if err == nil {
		err = c.alloc(size + 16*len(parts))
	}
	if err != nil {
		return nil, err
	}
	return strVal(strings.Join(parts, sep)), nil
}

func explode(c *call) (Value, error) {
	s := strArgs(c, 2)
	limit := c.int(2, 1<<62)
	sep, text := s[0], s[1]
	if sep == "" {
		return nil, c.throw("ValueError", "explode(): Argument #1 ($separator) cannot be empty")
	}
	n := strings.Count(text, sep) + 1
	if err := c.alloc(112*n + len(text)); err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = 1
	}
	var parts []string
	if limit > 0 {
		parts = strings.SplitN(text, sep, int(min(limit, int64(n)+1)))
	} else {
		parts = strings.Split(text, sep)
		if text == "" && limit < 0 {
			return newArray(), nil
		}
		parts = parts[:max(0, int64(len(parts))+max(limit, -int64(len(parts))))]
	}
	return listOfStrings(parts), nil
}

// strtok cuts the first part that is not empty off a text, up to any of some bytes.
// With one argument, it cuts the next part off an earlier text, which is not evaluated.
func strtok(c *call) (Value, error) {
	if len(c.args) < 2 {
		return c.unknown("calls strtok() with one argument, which is not evaluated"), nil
	}
	text, separators := c.str(0), c.str(1)
	for text != "" && strings.IndexByte(separators, text[0]) >= 0 {
		text = text[1:]
	}
	end := 0
	for end < len(text) && strings.IndexByte(separators, text[end]) < 0 {
		end++
	}
	if end == 0 {
		return boolVal(false), nil
	}
	return strVal(text[:end]), c.steps(len(text) / 16)
}

func strSplit(c *call) (Value, error) {
	s := c.str(0)
	n := c.int(1, 1)
	if n < 1 {
		return nil, c.throw("ValueError", "str_split(): Argument #2 ($length) must be greater than 0")
	}
	if err := allocTimes(c, 112, int64(len(s))/n+1); err != nil {
		return nil, err
	}
	a := newArray()
	for s != "" {
		part := head(s, int(min(n, int64(len(s)))))
		a.push(strVal(part))
		s = s[len(part):]
	}
	return a, nil
}

func strtr(c *call) (Value, error) {
	s := c.str(0)
	if len(c.args) == 3 {
		return translate(c, s)
	}
	pairs, err := c.array(1)
	if err != nil {
		return nil, err
	}
	if pairs.len() == 0 || s == "" {
		return strVal(s), nil
	}
	table := map[string]string{}
	lengths := map[int]bool{}
	longest := 0
	pairs.each(func(k key, v Value) bool {
		if k.text() == "" {
			return true
		}
		var to string
		if to, err = c.stringOf(v); err != nil {
			return false
		}
		table[k.text()] = to
		lengths[len(k.text())] = true
		longest = max(longest, len(k.text()))
		return true
	})
	if err != nil {
		return nil, err
	}
	put := func(i int) (to string, n int) {
		for l := min(longest, len(s)-i); l > 0; l-- {
			if lengths[l] {
				if found, ok := table[s[i:i+l]]; ok {
					return found, l
				}
			}
		}
		return s[i : i+1], 1
	}
	size := 0
	for i := 0; i < len(s); {
		if err := c.steps(1 + len(lengths)); err != nil {
			return nil, err
		}
		to, n := put(i)
		if err := c.alloc(len(to)); err != nil {
			return nil, err
		}
		size, i = size+len(to), i+n
	}
	b := make([]byte, 0, size)
	for i := 0; i < len(s); {
		to, n := put(i)
		b, i = append(b, to...), i+n
	}
	return strVal(b), nil
}

func translate(c *call, s string) (Value, error) {
	from := c.str(1)
	to := c.str(2)
	if err := c.alloc(len(s)); err != nil {
		return nil, err
	}
	var table [256]byte
	for i := range table {
		table[i] = byte(i)
	}
	for i := range min(len(from), len(to)) {
		table[from[i]] = to[i]
	}
	b := []byte(s)
	for i := range b {
		b[i] = table[b[i]]
	}
	return strVal(b), nil
}

// strReplace is str_replace and str_ireplace.
func strReplace(fold bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		search, replace := c.arg(0), c.arg(1)
		if search.kind() != kArray && replace.kind() == kArray {
			return nil, c.throw("TypeError", c.name+"(): Argument #2 ($replace) must be of type string when argument #1 ($search) is a string")
		}
		count := 0
		one := func(v Value) (Value, error) {
			s, err := c.stringOf(v)
			if err != nil {
				return nil, err
			}
			out, n, err := replaceAll(c, s, search, replace, fold)
			count += n
			return strVal(out), err
		}
		out, err := eachSubject(c, c.arg(2), one)
		if err != nil {
			return nil, err
		}
		return out, c.setRef(3, intVal(count))
	}
}

// eachSubject applies one to a subject, or to each element of an array of them.
func eachSubject(c *call, subject Value, one func(Value) (Value, error)) (Value, error) {
	list, ok := subject.(*Array)
	if !ok {
		return one(subject)
	}
	if err := c.alloc(list.size()); err != nil {
		return nil, err
	}
	out := newArray()
	var err error
	list.each(func(k key, v Value) bool {
		if v.kind() != kArray && v.kind() != kObject {
			v, err = one(v)
		}
		out.set(k, v)
		return err == nil
	})
	return out, err
}

func replaceAll(c *call, s string, search, replace Value, fold bool) (string, int, error) {
	list, ok := search.(*Array)
	if !ok {
		return replaceOne(c, s, search, replace, fold)
	}
	var with []Value
	rest, many := replace.(*Array)
	if many {
		rest.each(func(_ key, v Value) bool { with = append(with, v); return true })
	}
	total, i := 0, 0
	var err error
	list.each(func(_ key, v Value) bool {
		to := replace
		if many {
			to = strVal("")
			if i < len(with) {
				to = with[i]
			}
		}
		i++
		var n int
		s, n, err = replaceOne(c, s, v, to, fold)
		total += n
		return err == nil
	})
	return s, total, err
}

func replaceOne(c *call, s string, search, replace Value, fold bool) (string, int, error) {
	from, err := c.stringOf(search)
	if err != nil {
		return "", 0, err
	}
	to, err := c.stringOf(replace)
	if err != nil {
		return "", 0, err
	}
	if from == "" || len(from) > len(s) {
		return s, 0, c.steps(1)
	}
	hay := s
	if fold {
		hay, from = syntax.Lower(s), syntax.Lower(from)
	}
	n := strings.Count(hay, from)
	if err := allocTimes(c, max(len(to)-len(from), 1), int64(n)); err != nil {
		return "", 0, err
	}
	if err := c.alloc(len(s)); err != nil || n == 0 {
		return s, 0, err
	}
	var b strings.Builder
	for {
		i := strings.Index(hay, from)
		if i < 0 {
			break
		}
		b.WriteString(s[:i] + to)
		s, hay = s[i+len(from):], hay[i+len(from):]
	}
	b.WriteString(s)
	return b.String(), n, nil
}
