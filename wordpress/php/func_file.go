package php

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

var fileFuncs = map[string]function{
	"dirname":           {fn: dirnameFunc, min: 1, max: 2},
	"basename":          {fn: basenameFunc, min: 1, max: 2},
	"pathinfo":          {fn: pathinfo, min: 1, max: 2},
	"realpath":          {fn: realpath, min: 1, max: 1},
	"file_exists":       statTest(func(fs.FileInfo) bool { return true }),
	"is_file":           statTest(func(i fs.FileInfo) bool { return i.Mode().IsRegular() }),
	"is_dir":            statTest(fs.FileInfo.IsDir),
	"is_readable":       {fn: isReadable, min: 1, max: 1},
	"file_get_contents": {fn: fileGetContents, min: 1, max: 5},
	"file":              {fn: fileLines, min: 1, max: 3},
	"filesize":          {fn: filesize, min: 1, max: 1},
	"scandir":           {fn: scandir, min: 1, max: 3},
	"parse_ini_file":    {fn: parseINIFile, min: 1, max: 3},
	"parse_ini_string":  {fn: parseINIString, min: 1, max: 3},
	"getcwd":            {fn: getcwd},
	"glob":              {fn: globFunc, min: 1, max: 2}, "is_link": {}, "readlink": {}, "is_writable": {}, "is_writeable": {}, "is_executable": {}, "stat": {}, "lstat": {}, "filemtime": {},
	"fileatime": {}, "filectime": {}, "fileowner": {}, "filegroup": {}, "fileperms": {}, "fileinode": {}, "filetype": {},
	"fwrite": {}, "fputs": {}, "fgetcsv": {}, "fputcsv": {}, "fseek": {},
	"fflush": {}, "ftruncate": {}, "fstat": {}, "readfile": {}, "readdir": {}, "closedir": {}, "rewinddir": {}, "dir": {},
	"tmpfile": {}, "disk_free_space": {}, "disk_total_space": {}, "stream_context_create": {}, "fpassthru": {}, "clearstatcache": {},
	"fnmatch": {}, "fscanf": {},
	"is_uploaded_file": {}, "chroot": {},
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

func dirnameFunc(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	n, err := c.int(1, 1)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, c.throw("ValueError", "dirname(): Argument #2 ($levels) must be greater than or equal to 1")
	}
	for range n {
		up := phpDirname(s)
		if up == s {
			break
		}
		s = up
	}
	return strVal(s), nil
}

func phpBasename(s, suffix string) string {
	s = strings.TrimRight(s, "/")
	s = s[strings.LastIndexByte(s, '/')+1:]
	if suffix != s {
		s = strings.TrimSuffix(s, suffix)
	}
	return s
}

func basenameFunc(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	suffix, err := c.strOr(1, "")
	return strVal(phpBasename(s, suffix)), err
}

func pathinfo(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	flags, err := c.int(1, 15)
	if err != nil {
		return nil, err
	}
	out := newArray()
	if dir := phpDirname(s); flags&1 != 0 && dir != "" {
		out.put("dirname", strVal(dir))
	}
	base := phpBasename(s, "")
	if flags&2 != 0 {
		out.put("basename", strVal(base))
	}
	dot := strings.LastIndexByte(base, '.')
	if flags&4 != 0 && dot >= 0 {
		out.put("extension", strVal(base[dot+1:]))
	}
	if dot < 0 {
		dot = len(base)
	}
	if flags&8 != 0 {
		out.put("filename", strVal(base[:dot]))
	}
	if flags == 15 {
		return out, nil
	}
	for _, e := range pairs(out) {
		return e.v, nil
	}
	return strVal(""), nil
}

// local is argument 0 as an absolute path. A stream wrapper, or a path with a NUL,
// gives a value to return instead.
func (c *call) local() (string, Value, error) {
	name, err := c.str(0)
	if err != nil {
		return "", nil, err
	}
	if strings.IndexByte(name, 0) >= 0 || name == "" {
		return "", boolVal(false), nil
	}
	abs, unfit := c.path(name)
	if unfit != "" {
		return "", c.unsafe("reads through " + unfit), nil
	}
	if u := c.in.rewritten(abs, c.pos); u != nil {
		return "", u, nil
	}
	return abs, nil, nil
}

// missing reports an error that PHP answers with false.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) ||
		errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL)
}

// asked makes a value of an error of Files.
func (c *call) asked(err error) Value {
	errs := c.in.opt.Errors
	switch {
	case missing(err):
		return boolVal(false)
	case errs != nil && errs.Outside(err):
		return c.unsafe("looks outside the site's home").from(OriginHome)
	}
	return c.in.unknownAt(Unreadable, c.pos, "needs a file that cannot be read")
}

func statTest(test func(fs.FileInfo) bool) function {
	return function{min: 1, max: 1, fn: func(c *call) (Value, error) {
		abs, v, err := c.local()
		if err != nil || v != nil {
			return v, err
		}
		if err := c.steps(64); err != nil {
			return nil, err
		}
		info, err := c.files().Stat(abs)
		if err != nil {
			return c.asked(err), nil
		}
		return boolVal(test(info)), nil
	}}
}

// isReadable tells what could be opened: what is read may be read by the site's
// own user, so that PHP may too.
func isReadable(c *call) (Value, error) {
	abs, v, err := c.local()
	if err != nil || v != nil {
		return v, err
	}
	info, err := c.files().Stat(abs)
	if err != nil {
		return c.asked(err), nil
	}
	if info.IsDir() {
		return boolVal(info.Mode().Perm()&0o555 != 0), c.steps(64)
	}
	return boolVal(info.Mode().Perm()&0o444 != 0), c.steps(64)
}

func realpath(c *call) (Value, error) {
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = "."
	}
	abs, unfit := c.path(name)
	switch {
	case strings.Contains(unfit, ":") || strings.IndexByte(name, 0) >= 0:
		return boolVal(false), nil
	case unfit != "":
		return c.unknown("depends on " + unfit), nil
	}
	if u := c.in.rewritten(abs, c.pos); u != nil {
		return u, nil
	}
	real, err := c.files().Resolve(abs)
	if err != nil {
		return c.asked(err), c.steps(64)
	}
	return strVal(path.Clean(real)), c.steps(64)
}

func filesize(c *call) (Value, error) {
	abs, v, err := c.local()
	if err != nil || v != nil {
		return v, err
	}
	info, err := c.files().Stat(abs)
	if err != nil {
		return c.asked(err), nil
	}
	if !info.Mode().IsRegular() {
		return c.unknown("the size of a folder is not modelled"), nil
	}
	return intVal(info.Size()), c.steps(64)
}

// contents reads the file that argument 0 names; v is what to return instead.
func (c *call) contents() (string, Value, error) {
	name, err := c.str(0)
	if err != nil {
		return "", nil, err
	}
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		return "", nil, c.throw("ValueError", c.name+"(): Argument #1 ($filename) must not be empty or contain any null bytes")
	}
	text, unknown, ok, err := c.readFile(name)
	switch {
	case err != nil:
		return "", nil, err
	case unknown != nil:
		return "", unknown, nil
	case !ok:
		return "", boolVal(false), nil
	}
	return text, nil, nil
}

func fileGetContents(c *call) (Value, error) {
	text, v, err := c.contents()
	if err != nil || v != nil {
		return v, err
	}
	offset, err := c.int(3, 0)
	if err != nil {
		return nil, err
	}
	length, err := c.int(4, int64(len(text)))
	if err != nil {
		return nil, err
	}
	if offset < 0 || length < 0 {
		return c.unknown("such an offset or length is not modelled"), nil
	}
	from, to := cut(len(text), offset, length, true)
	return strVal(text[from:to]), nil
}

const (
	fileIncludePath    = 1
	fileIgnoreNewLines = 2
	fileSkipEmptyLines = 4
)

func fileLines(c *call) (Value, error) {
	text, v, err := c.contents()
	if err != nil || v != nil {
		return v, err
	}
	flags, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(112 * (strings.Count(text, "\n") + 1)); err != nil {
		return nil, err
	}
	out := newArray()
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
		out.push(strVal(line))
	}
	return out, nil
}

func scandir(c *call) (Value, error) {
	abs, v, err := c.local()
	if err != nil || v != nil {
		return v, err
	}
	entries, err := c.files().ReadDir(abs)
	if err != nil {
		return c.asked(err), nil
	}
	if err := c.alloc(160 * (len(entries) + 2)); err != nil {
		return nil, err
	}
	names := newArray()
	names.push(strVal("."))
	names.push(strVal(".."))
	for _, e := range entries {
		names.push(strVal(e.Name()))
	}
	if c.has(1) && c.arg(1) != Value(intVal(0)) {
		return c.unknown("this order of scandir is not modelled"), nil
	}
	return sortedNames(names), nil
}
