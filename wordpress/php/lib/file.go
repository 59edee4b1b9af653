package lib

import (
	"io/fs"
	"path"
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
	"is_readable":       {Run: isReadable, Min: 1, Max: 1},
	"file_get_contents": {Run: fileGetContents, Min: 1, Max: 5},
	"file":              {Run: fileLines, Min: 1, Max: 3},
	"scandir":           {Run: scandir, Min: 1, Max: 3},
	"parse_ini_file":    {Run: parseINIFile, Min: 1, Max: 3},
	"parse_ini_string":  {Run: parseINIString, Min: 1, Max: 3},
	"getcwd":            {Run: eval.Getcwd},
	"glob":              {Run: globFunc, Min: 1, Max: 2},
}

// phpDirname is dirname of one level.
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

func dirnameFunc(c *eval.Call) (eval.Value, error) {
	s := c.Str(0)
	n := c.Int(1, 1)
	if n < 1 {
		return nil, c.Throw("ValueError", "dirname(): Argument #2 ($levels) must be greater than or equal to 1")
	}
	for range n {
		up := phpDirname(s)
		if up == s {
			break
		}
		s = up
	}
	return eval.String(s), nil
}

func phpBasename(s, suffix string) string {
	s = strings.TrimRight(s, "/")
	s = s[strings.LastIndexByte(s, '/')+1:]
	if suffix != s {
		s = strings.TrimSuffix(s, suffix)
	}
	return s
}

func basenameFunc(c *eval.Call) (eval.Value, error) {
	return eval.String(phpBasename(c.Str(0), c.Str(1))), nil
}

func statTest(test func(fs.FileInfo) bool) eval.Function {
	return eval.Function{Min: 1, Max: 1, Run: func(c *eval.Call) (eval.Value, error) {
		abs, v, err := eval.LocalPath(c)
		if err != nil || v != nil {
			return v, err
		}
		if err := c.Steps(64); err != nil {
			return nil, err
		}
		info, err := c.Files().Stat(abs)
		if err != nil {
			return eval.AskedFile(c, err), nil
		}
		return eval.Bool(test(info)), nil
	}}
}

// isReadable tells what could be opened: what is read may be read by the site's
// own user, so that PHP may too.
func isReadable(c *eval.Call) (eval.Value, error) {
	abs, v, err := eval.LocalPath(c)
	if err != nil || v != nil {
		return v, err
	}
	info, err := c.Files().Stat(abs)
	if err != nil {
		return eval.AskedFile(c, err), nil
	}
	if info.IsDir() {
		return eval.Bool(info.Mode().Perm()&0o555 != 0), c.Steps(64)
	}
	return eval.Bool(info.Mode().Perm()&0o444 != 0), c.Steps(64)
}

func realpath(c *eval.Call) (eval.Value, error) {
	name := c.Str(0)
	if name == "" {
		name = "."
	}
	abs, unfit := c.Path(name)
	switch {
	case strings.Contains(unfit, ":") || strings.IndexByte(name, 0) >= 0:
		return eval.Bool(false), nil
	case unfit != "":
		return c.Unknown("depends on " + unfit), nil
	}
	if u := c.Rewritten(abs); u != nil {
		return u, nil
	}
	real, err := c.Files().Resolve(abs)
	if err != nil {
		return eval.AskedFile(c, err), c.Steps(64)
	}
	return eval.String(path.Clean(real)), c.Steps(64)
}

// fileContents reads the file that argument 0 names; v is what to return instead.
func fileContents(c *eval.Call) (string, eval.Value, error) {
	name := c.Str(0)
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		return "", nil, c.Throw("ValueError", c.Name+"(): Argument #1 ($filename) must not be empty or contain any null bytes")
	}
	text, unknown, ok, err := c.ReadFile(name)
	switch {
	case err != nil:
		return "", nil, err
	case unknown != nil:
		return "", unknown, nil
	case !ok:
		return "", eval.Bool(false), nil
	}
	return text, nil, nil
}

func fileGetContents(c *eval.Call) (eval.Value, error) {
	text, v, err := fileContents(c)
	if err != nil || v != nil {
		return v, err
	}
	offset := c.Int(3, 0)
	length := c.Int(4, int64(len(text)))
	if offset < 0 || length < 0 {
		return c.RefusedFor("with such an offset or length"), nil
	}
	from, to := cut(len(text), offset, length, true)
	return eval.String(text[from:to]), nil
}

const (
	fileIgnoreNewLines = 2
	fileSkipEmptyLines = 4
)

func fileLines(c *eval.Call) (eval.Value, error) {
	text, v, err := fileContents(c)
	if err != nil || v != nil {
		return v, err
	}
	flags := c.Int(1, 0)
	if err := c.Alloc(112 * (strings.Count(text, "\n") + 1)); err != nil {
		return nil, err
	}
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
	return out, nil
}

func scandir(c *eval.Call) (eval.Value, error) {
	abs, v, err := eval.LocalPath(c)
	if err != nil || v != nil {
		return v, err
	}
	entries, err := c.Files().ReadDir(abs)
	if err != nil {
		return eval.AskedFile(c, err), nil
	}
	if err := c.Alloc(160 * (len(entries) + 2)); err != nil {
		return nil, err
	}
	names := eval.NewArray()
	names.Push(eval.String("."))
	names.Push(eval.String(".."))
	for _, e := range entries {
		names.Push(eval.String(e.Name()))
	}
	if c.Has(1) && c.Arg(1) != eval.Value(eval.Int(0)) {
		return c.RefusedFor("in this order"), nil
	}
	return sortedNames(names), nil
}
