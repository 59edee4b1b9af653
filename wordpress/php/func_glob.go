package php

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// globFunc lists what matches a pattern whose wildcards stand in its last part.
func globFunc(c *call) (Value, error) {
	pattern := c.str(0)
	abs, scheme := c.path(pattern)
	dir, last := pattern[:strings.LastIndexByte(pattern, '/')+1], path.Base(abs)
	plain := scheme == "" && strings.HasPrefix(pattern, "/") && !strings.HasSuffix(pattern, "/") && !strings.ContainsAny(dir, `*?[\\`)
	if !plain || strings.ContainsAny(last, `\[{`) || !strings.ContainsAny(last, "*?") || c.has(1) && c.arg(1) != Value(intVal(0)) {
		return c.unknown("such a pattern of files is not modelled"), nil
	}
	if u := c.rewritten(path.Clean(dir)); u != nil {
		return u, nil
	}
	entries, err := c.files().ReadDir(path.Clean(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		if v := askedFile(c, err); v.kind() == kUnknown {
			return v, nil
		}
	}
	if err := c.alloc(160 * (len(entries) + 1)); err != nil {
		return nil, err
	}
	names := newArray()
	for _, e := range entries {
		if ok, _ := path.Match(last, e.Name()); ok && (e.Name()[0] != '.' || last[0] == '.') {
			names.push(strVal(dir + e.Name()))
		}
	}
	return sortedNames(names), nil
}

// sortedNames orders a list of strings by their bytes.
func sortedNames(a *Array) *Array {
	list := pairs(a)
	slices.SortFunc(list, func(x, y entry) int { return strings.Compare(toString(x.v), toString(y.v)) })
	out := newArray()
	for _, e := range list {
		out.push(e.v)
	}
	return out
}
