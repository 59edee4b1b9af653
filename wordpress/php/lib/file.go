package lib

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

var fileFuncs = map[string]eval.Function{
	"dirname":           {Run: dirnameFunc, Min: 1, Max: 2},
	"basename":          {Run: basenameFunc, Min: 1, Max: 2},
	"realpath":          {Run: realpath, Min: 1, Max: 1},
	"file_exists":       statTest(func(fs.FileInfo) bool { return true }),
	"is_file":           statTest(func(i fs.FileInfo) bool { return i.Mode().IsRegular() }),
	"is_dir":            statTest(fs.FileInfo.IsDir),
	"is_readable":       statTest(readable),
	"file_get_contents": {Run: fileGetContents, Min: 1, Max: 5},
	"file":              {Run: fileLines, Min: 1, Max: 3},
	"scandir":           {Run: scandir, Min: 1, Max: 3},
	"parse_ini_file":    {Run: parseINIFile, Min: 1, Max: 3},
	"parse_ini_string":  {Run: parseINIString, Min: 1, Max: 3},
	"getcwd":            {Run: eval.Getcwd},
	"glob":              {Run: globFunc, Min: 1, Max: 2},
}

// phpDirname implements dirname for one level.
func phpDirname(s string) string {
	if s == "" {
		return ""
	}
	t := strings.TrimRight(s, "/")
	if t == "" {
		return "/"
	}
	i := strings.LastIndexByte(t, '/')
	if i < 0 {
		return "."
	}
	t = strings.TrimRight(t[:i], "/")
	if t == "" {
		return "/"
	}
	return t
}

func dirnameFunc(c *eval.Call) eval.Value {
	s := c.Str(0)
	n := c.Int(1, 1)
	if n < 1 {
		panic(c.Throw("ValueError", "dirname(): Argument #2 ($levels) must be greater than or equal to 1"))
	}
	for range n {
		up := phpDirname(s)
		if up == s {
			break
		}
		s = up
	}
	return eval.String(s)
}

func phpBasename(s, suffix string) string {
	s = strings.TrimRight(s, "/")
	s = s[strings.LastIndexByte(s, '/')+1:]
	if suffix != s {
		s = strings.TrimSuffix(s, suffix)
	}
	return s
}

func basenameFunc(c *eval.Call) eval.Value {
	return eval.String(phpBasename(c.Str(0), c.Str(1)))
}

// statTest returns a function that tests a file. For a file that does not exist, it returns
// false.
func statTest(test func(fs.FileInfo) bool) eval.Function {
	return eval.Function{Min: 1, Max: 1, Run: func(c *eval.Call) eval.Value {
		abs := eval.LocalPath(c)
		c.Steps(64)
		info, err := c.Files().Stat(abs)
		if err != nil {
			return eval.AskedFile(c, err)
		}
		return eval.Bool(test(info))
	}}
}

// readable implements is_readable. This process reads files with the rights of the
// site's user, so what it can read, PHP can read too.
func readable(info fs.FileInfo) bool {
	if info.IsDir() {
		return info.Mode().Perm()&0o555 != 0
	}
	return info.Mode().Perm()&0o444 != 0
}

func realpath(c *eval.Call) eval.Value {
	name := c.Str(0)
	if name == "" {
		name = "."
	}
	abs, unfit := c.Path(name)
	switch {
	case strings.Contains(unfit, ":") || strings.IndexByte(name, 0) >= 0:
		return eval.Bool(false)
	case unfit != "":
		return c.Unknown("depends on " + unfit)
	}
	if u := c.Rewritten(abs); u != nil {
		return u
	}
	real, err := c.Files().Resolve(abs)
	if err != nil {
		c.Steps(64)
		return eval.AskedFile(c, err)
	}
	c.Steps(64)
	return eval.String(path.Clean(real))
}

// fileContents reads the file that argument 0 names. It ends the builtin if it cannot.
func fileContents(c *eval.Call) string {
	name := c.Str(0)
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		panic(c.Throw("ValueError", c.Name+"(): Argument #1 ($filename) must not be empty or contain any null bytes"))
	}
	text, unknown, ok := c.ReadFile(name)
	switch {
	case unknown != nil:
		c.Return(unknown)
	case !ok:
		c.Return(eval.Bool(false))
	}
	return text
}

func fileGetContents(c *eval.Call) eval.Value {
	if len(c.Args) > 3 {
		return c.RefusedFor("with an offset or a length")
	}
	return eval.String(fileContents(c))
}

const (
	fileIgnoreNewLines = 2
	fileSkipEmptyLines = 4
)

func fileLines(c *eval.Call) eval.Value {
	text := fileContents(c)
	flags := c.Int(1, 0)
	c.Alloc(112 * (strings.Count(text, "\n") + 1))
	out := eval.NewArray()
	for text != "" {
		line := text
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			line = text[:i+1]
		}
		text = text[len(line):]
		if flags&fileIgnoreNewLines != 0 {
			if rest, ok := strings.CutSuffix(line, "\n"); ok {
				line = strings.TrimSuffix(rest, "\r")
			}
			if line == "" && flags&fileSkipEmptyLines != 0 {
				continue
			}
		}
		out.Push(eval.String(line))
	}
	return out
}

func scandir(c *eval.Call) eval.Value {
	abs := eval.LocalPath(c)
	entries, err := c.Files().ReadDir(abs)
	if err != nil {
		return eval.AskedFile(c, err)
	}
	c.Alloc(160 * (len(entries) + 2))
	names := []string{".", ".."}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if c.Has(1) && c.Arg(1) != eval.Value(eval.Int(0)) {
		return c.RefusedFor("with a sorting order")
	}
	slices.Sort(names)
	return eval.ListOfStrings(names)
}

// globFunc implements glob, for patterns with wildcards only in the last component.
func globFunc(c *eval.Call) eval.Value {
	pattern := c.Str(0)
	abs, scheme := c.Path(pattern)
	dir, last := pattern[:strings.LastIndexByte(pattern, '/')+1], path.Base(abs)
	plain := scheme == "" && strings.HasPrefix(pattern, "/") && !strings.HasSuffix(pattern, "/") && !strings.ContainsAny(dir, `*?[\\`)
	if !plain || strings.ContainsAny(last, `\[{`) || !strings.ContainsAny(last, "*?") || c.Has(1) && c.Arg(1) != eval.Value(eval.Int(0)) {
		return c.RefusedFor("with flags, a relative path, or wildcards other than * and ? in the file name")
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
	var names []string
	for _, e := range entries {
		if ok, _ := path.Match(last, e.Name()); ok && (e.Name()[0] != '.' || last[0] == '.') {
			names = append(names, dir+e.Name())
		}
	}
	slices.Sort(names)
	return eval.ListOfStrings(names)
}
