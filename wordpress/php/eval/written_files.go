package eval

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Functions that change files, or change where PHP looks for files. Nothing is written.
// If a configuration reads a file that it has written, the content is unknown.

// writers are the functions that change files, with the index of the argument that names
// the file.
const writers = `file_put_contents:0 unlink:0 touch:0 mkdir:0 rmdir:0 chmod:0 chown:0 chgrp:0 copy:1 symlink:1 link:1
	move_uploaded_file:1 tempnam:0 fopen:0 gzopen:0 bzopen:0 dba_open:0 imagepng:1 imagejpeg:1 imagegif:1 imagewebp:1 error_log:2`

// writeFuncs returns the functions that change files, or change where PHP looks for them.
func writeFuncs() map[string]Function {
	all := map[string]Function{
		"rename":           writes(0, 1),
		"chdir":            refusedFunction,
		"set_include_path": {Run: setIncludePath, Min: 1, Max: 1, Lazy: true},
		"ini_set":          {Run: iniSet, Min: 2, Max: 2, Lazy: true},
		"ini_alter":        {Run: iniSet, Min: 2, Max: 2, Lazy: true},
	}
	for _, w := range strings.Fields(writers) {
		name, arg, _ := strings.Cut(w, ":")
		all[name] = writes(int(arg[0] - '0'))
	}
	return all
}

// writingMethods are methods of PHP's classes that write files.
var writingMethods = syntax.WordSet("extractto save savehtmlfile savexml asxml fwrite fputcsv ftruncate openuri backup compress setstub addfile addfromstring close")

// The slots with the effects of these functions.
const (
	writtenSlot = "files.written" // an array with the paths as keys, or an unknown
	includeSlot = "files.include_path"
)

// writes returns a function that changes the files that these arguments name.
func writes(args ...int) Function {
	return Function{Max: -1, Lazy: true, Run: func(c *Call) Value {
		for _, i := range args {
			if !c.Has(i) || c.Name == "error_log" && c.Arg(1) != Value(Int(3)) && c.Arg(1).Kind() != KindUnknown || c.Name == "fopen" && c.onlyReads(1) {
				continue
			}
			c.written(c.Arg(i))
		}
		c.Steps(16)
		return c.Refused()
	}}
}

// onlyReads reports whether the mode in argument i of fopen opens a file only for
// reading.
func (c *Call) onlyReads(i int) bool {
	mode, known := c.Arg(i).(String)
	return known && strings.TrimRight(string(mode), "bte") == "r"
}

// written records that a file was changed.
func (c *Call) written(name Value) {
	if u := c.UnknownIn(name); u != nil {
		c.Store(writtenSlot, Opaque(u))
		return
	}
	list, ok := c.Load(writtenSlot).(*Array)
	if !ok {
		if v := c.Load(writtenSlot); v != nil && v.Kind() == KindUnknown {
			return
		}
		list = NewArray()
	}
	abs, unfit := c.Path(ToString(name))
	if unfit != "" {
		return
	}
	c.Alloc(list.Size() + 128 + len(abs))
	list = list.Clone()
	list.Put(c.identity(abs), Bool(true))
	c.Store(writtenSlot, list)
}

// Rewritten returns an unknown if a path may lead to a file that the configuration
// changed; else nil.
func (in *interp) Rewritten(abs string) *Unknown {
	var found bool
	switch v := in.Load(writtenSlot).(type) {
	case *Unknown:
		return v
	case *Array:
		if v.Len() == 0 {
			return nil
		}
		id := in.identity(abs)
		v.Each(func(k Key, _ Value) bool {
			found = below(id, k.Text()) || below(k.Text(), id)
			return !found
		})
	}
	if !found {
		return nil
	}
	return in.UnknownOf(Undecidable, "depends on a file that the configuration changes itself")
}

func below(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(dir, "/"))
}

// Getcwd implements getcwd().
func Getcwd(c *Call) Value { return String(c.identity(c.opt.DocRoot)) }

// setIncludePath is not evaluated: from now on, a file without a folder in its name is
// not found.
func setIncludePath(c *Call) Value {
	u := c.Refused()
	c.Store(includeSlot, u)
	c.Steps(16)
	return u
}

func iniSet(c *Call) Value {
	u := c.Unknown("depends on the result of " + c.Name + "()")
	if v := c.UnknownIn(c.Arg(0)); v != nil {
		return u
	}
	if syntax.Lower(ToString(c.Arg(0))) == "include_path" {
		return setIncludePath(c)
	}
	return u
}

// LocalPath returns argument 0 as an absolute path. It ends the builtin if the path is
// empty, has a NUL or a stream wrapper, or if the file may have been changed.
func LocalPath(c *Call) string {
	name := c.Str(0)
	if strings.IndexByte(name, 0) >= 0 || name == "" {
		c.Return(Bool(false))
	}
	abs, unfit := c.Path(name)
	if unfit != "" {
		c.Return(c.UnknownOf(Unsafe, "reads through "+unfit))
	}
	if u := c.Rewritten(abs); u != nil {
		c.Return(u)
	}
	return abs
}

// missing reports whether PHP returns false for an error.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) ||
		errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL)
}

// AskedFile returns the result of a file function for an error of Files.
func AskedFile(c *Call, err error) Value {
	errs := c.opt.Errors
	switch {
	case missing(err):
		return Bool(false)
	case errs != nil && errs.Outside(err):
		return c.UnknownOf(Unsafe, "looks for a file outside the site's home").From(OriginHome)
	}
	return c.UnknownOf(Unreadable, "needs a file that cannot be read")
}
