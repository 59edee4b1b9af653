package lib

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// globFunc implements glob, for patterns with wildcards only in the last component.
func globFunc(c *eval.Call) eval.Value {
	pattern := c.Str(0)
	abs, scheme := c.Path(pattern)
	dir, last := pattern[:strings.LastIndexByte(pattern, '/')+1], path.Base(abs)
	plain := scheme == "" && strings.HasPrefix(pattern, "/") && !strings.HasSuffix(pattern, "/") && !strings.ContainsAny(dir, `*?[\\`)
	if !plain || strings.ContainsAny(last, `\[{`) || !strings.ContainsAny(last, "*?") || c.Has(1) && c.Arg(1) != eval.Value(eval.Int(0)) {
		return c.RefusedFor("with such a pattern of files")
	}
	if u := c.Rewritten(path.Clean(dir)); u != nil {
		return u
	}
	entries, err := c.Files().ReadDir(path.Clean(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		if v := eval.AskedFile(c, err); v.Kind() == eval.KindUnknown {
			return v
		}
	}
	c.Alloc(160 * (len(entries) + 1))
	names := eval.NewArray()
	for _, e := range entries {
		if ok, _ := path.Match(last, e.Name()); ok && (e.Name()[0] != '.' || last[0] == '.') {
			names.Push(eval.String(dir + e.Name()))
		}
	}
	return sortedNames(names)
}

// sortedNames sorts a list of strings by their bytes.
func sortedNames(a *eval.Array) *eval.Array {
	list := eval.Pairs(a)
	slices.SortFunc(list, func(x, y eval.Entry) int { return strings.Compare(eval.ToString(x.Value), eval.ToString(y.Value)) })
	out := eval.NewArray()
	for _, e := range list {
		out.Push(e.Value)
	}
	return out
}
