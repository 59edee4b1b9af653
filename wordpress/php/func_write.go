package php

import (
	"errors"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"io/fs"
	"strings"
	"syscall"
)

// What changes files, or where they are looked for. Nothing is written: what a
// configuration writes, and reads later, is unknown.
var writeFuncs = map[string]function{
	"file_put_contents":  writes(0),
	"unlink":             writes(0),
	"touch":              writes(0),
	"mkdir":              writes(0),
	"rmdir":              writes(0),
	"chmod":              writes(0),
	"chown":              writes(0),
	"chgrp":              writes(0),
	"rename":             writes(0, 1),
	"copy":               writes(1),
	"symlink":            writes(1),
	"link":               writes(1),
	"move_uploaded_file": writes(1),
	"tempnam":            writes(0),
	"fopen":              writes(0),
	"gzopen":             writes(0),
	"bzopen":             writes(0),
	"dba_open":           writes(0),
	"imagepng":           writes(1),
	"imagejpeg":          writes(1),
	"imagegif":           writes(1),
	"imagewebp":          writes(1),
	"error_log":          writes(2),
	"chdir":              {fn: chdir, min: 1, max: 1, lazy: true},
	"set_include_path":   {fn: setIncludePath, min: 1, max: 1, lazy: true},
	"ini_set":            {fn: iniSet, min: 2, max: 2, lazy: true},
	"ini_alter":          {fn: iniSet, min: 2, max: 2, lazy: true},
}

// writingMethods are methods of PHP's classes that write files somewhere.
var writingMethods = syntax.WordSet("extractto save savehtmlfile savexml asxml fwrite fputcsv ftruncate openuri backup compress setstub addfile addfromstring close")

// The slots of what these functions did.
const (
	writtenSlot = "files.written" // an array with the paths as keys, or an unknown
	cwdSlot     = "files.cwd"
	includeSlot = "files.include_path"
)

// writes is a function that changes the files that these arguments name.
func writes(args ...int) function {
	return function{max: -1, lazy: true, fn: func(c *call) (Value, error) {
		for _, i := range args {
			if !c.has(i) || c.name == "error_log" && c.arg(1) != Value(intVal(3)) && c.arg(1).kind() != kUnknown || c.name == "fopen" && c.onlyReads(1) {
				continue
			}
			if err := c.written(c.arg(i)); err != nil {
				return nil, err
			}
		}
		return c.refused(), c.steps(16)
	}}
}

// onlyReads reports that the mode of fopen, argument i, opens a file for reading.
func (c *call) onlyReads(i int) bool {
	mode, known := c.arg(i).(strVal)
	return known && strings.TrimRight(string(mode), "bte") == "r"
}

// written remembers that a file was changed.
func (c *call) written(name Value) error {
	if u := c.unknownIn(name); u != nil {
		c.store(writtenSlot, opaque(u))
		return nil
	}
	list, ok := c.load(writtenSlot).(*Array)
	if !ok {
		if v := c.load(writtenSlot); v != nil && v.kind() == kUnknown {
			return nil
		}
		list = newArray()
	}
	abs, unfit := c.path(toString(name))
	if unfit != "" {
		return nil
	}
	if err := c.alloc(list.size() + 128 + len(abs)); err != nil {
		return err
	}
	list = list.clone()
	list.put(c.in.identity(abs), boolVal(true))
	c.store(writtenSlot, list)
	return nil
}

// rewritten is not nil if a path may lead to what the configuration changed.
func (in *interp) rewritten(abs string, pos syntax.Pos) *Unknown {
	var found bool
	switch v := in.loadSlot(writtenSlot).(type) {
	case *Unknown:
		return v
	case *Array:
		id := in.identity(abs)
		v.each(func(k key, _ Value) bool {
			found = below(id, k.text()) || below(k.text(), id)
			return !found
		})
	}
	if !found {
		return nil
	}
	return in.unknownAt(Undecidable, pos, "depends on a file that the configuration changes itself")
}

func below(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(dir, "/"))
}

func chdir(c *call) (Value, error) {
	if u := c.unknownIn(c.arg(0)); u != nil {
		c.in.poison(u) // whatever is read from now on lies elsewhere
		return opaque(u), c.steps(64)
	}
	abs, v, err := localPath(c)
	if err != nil || v != nil {
		return v, err
	}
	info, err := c.files().Stat(abs)
	if err != nil {
		v := askedFile(c, err)
		if u, ok := v.(*Unknown); ok {
			c.in.poison(u)
		}
		return v, c.steps(64)
	}
	if !info.IsDir() {
		return boolVal(false), c.steps(64)
	}
	c.store(cwdSlot, strVal(c.in.identity(abs)))
	return boolVal(true), c.steps(64)
}

// cwd is the folder that relative paths begin in.
func (in *interp) cwd() (dir string, known bool) {
	switch v := in.loadSlot(cwdSlot).(type) {
	case strVal:
		return string(v), true
	case *Unknown:
		return "", false
	}
	return in.opt.DocRoot, true
}

func getcwd(c *call) (Value, error) {
	dir, known := c.in.cwd()
	if !known {
		return c.unknown("depends on a working directory that is not known"), nil
	}
	return strVal(c.in.identity(dir)), nil
}

func setIncludePath(c *call) (Value, error) {
	return c.unknown("depends on the server's include_path"), c.includeFrom(c.arg(0))
}

// includeFrom sets include_path.
func (c *call) includeFrom(v Value) error {
	if u := c.unknownIn(v); u != nil {
		c.in.poison(u)
		return c.steps(64)
	}
	c.store(includeSlot, strVal(toString(v)))
	return c.steps(16)
}

func iniSet(c *call) (Value, error) {
	u := c.unknown("depends on what " + c.name + " returns")
	if v := c.unknownIn(c.arg(0)); v != nil {
		return u, nil
	}
	if syntax.Lower(toString(c.arg(0))) == "include_path" {
		return u, c.includeFrom(c.arg(1))
	}
	return u, nil
}

// localPath is argument 0 as an absolute path. A stream wrapper, or a path with a NUL,
// gives a value to return instead.
func localPath(c *call) (string, Value, error) {
	name := c.str(0)
	if strings.IndexByte(name, 0) >= 0 || name == "" {
		return "", boolVal(false), nil
	}
	abs, unfit := c.path(name)
	if unfit != "" {
		return "", c.unsafe("reads through " + unfit), nil
	}
	if u := c.rewritten(abs); u != nil {
		return "", u, nil
	}
	return abs, nil, nil
}

// missing reports an error that PHP answers with false.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) ||
		errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL)
}

// askedFile makes a value of an error of Files.
func askedFile(c *call, err error) Value {
	errs := c.fileErrors()
	switch {
	case missing(err):
		return boolVal(false)
	case errs != nil && errs.Outside(err):
		return c.unsafe("looks outside the site's home").from(OriginHome)
	}
	return c.unknownOf(Unreadable, "needs a file that cannot be read")
}
