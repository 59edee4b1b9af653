package eval

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// What changes files, or where they are looked for. Nothing is written: what a
// configuration writes, and reads later, is unknown.

// writers are the functions that change files, with the argument that names the file.
const writers = `file_put_contents:0 unlink:0 touch:0 mkdir:0 rmdir:0 chmod:0 chown:0 chgrp:0 copy:1 symlink:1 link:1
	move_uploaded_file:1 tempnam:0 fopen:0 gzopen:0 bzopen:0 dba_open:0 imagepng:1 imagejpeg:1 imagegif:1 imagewebp:1 error_log:2`

// writeFuncs makes the functions that change files, or where they are looked for.
func writeFuncs() map[string]Function {
	all := map[string]Function{
		"rename":           writes(0, 1),
		"chdir":            {Run: chdir, Min: 1, Max: 1, Lazy: true},
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

// writingMethods are methods of PHP's classes that write files somewhere.
var writingMethods = syntax.WordSet("extractto save savehtmlfile savexml asxml fwrite fputcsv ftruncate openuri backup compress setstub addfile addfromstring close")

// The slots of what these functions did.
const (
	writtenSlot = "files.written" // an array with the paths as keys, or an unknown
	cwdSlot     = "files.cwd"
	includeSlot = "files.include_path"
)

// writes is a function that changes the files that these arguments name.
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

// onlyReads reports that the mode of fopen, argument i, opens a file for reading.
func (c *Call) onlyReads(i int) bool {
	mode, known := c.Arg(i).(String)
	return known && strings.TrimRight(string(mode), "bte") == "r"
}

// written remembers that a file was changed.
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
	list.Put(c.in.identity(abs), Bool(true))
	c.Store(writtenSlot, list)
}

// Rewritten is not nil if a path may lead to what the configuration changed.
func (in *interp) Rewritten(abs string, pos syntax.Pos) *Unknown {
	var found bool
	switch v := in.loadSlot(writtenSlot).(type) {
	case *Unknown:
		return v
	case *Array:
		id := in.identity(abs)
		v.Each(func(k Key, _ Value) bool {
			found = below(id, k.Text()) || below(k.Text(), id)
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

func chdir(c *Call) Value {
	if u := c.UnknownIn(c.Arg(0)); u != nil {
		c.in.Poison(u) // whatever is read from now on lies elsewhere
		c.Steps(64)
		return Opaque(u)
	}
	abs, v := LocalPath(c)
	if v != nil {
		return v
	}
	info, err := c.Files().Stat(abs)
	if err != nil {
		v := AskedFile(c, err)
		if u, ok := v.(*Unknown); ok {
			c.in.Poison(u)
		}
		c.Steps(64)
		return v
	}
	if !info.IsDir() {
		c.Steps(64)
		return Bool(false)
	}
	c.Store(cwdSlot, String(c.in.identity(abs)))
	c.Steps(64)
	return Bool(true)
}

// cwd is the folder that relative paths begin in.
func (in *interp) cwd() (dir string, known bool) {
	switch v := in.loadSlot(cwdSlot).(type) {
	case String:
		return string(v), true
	case *Unknown:
		return "", false
	}
	return in.opt.DocRoot, true
}

// Getcwd is PHP's getcwd().
func Getcwd(c *Call) Value {
	dir, known := c.in.cwd()
	if !known {
		return c.Unknown("depends on a working directory that is not known")
	}
	return String(c.in.identity(dir))
}

// setIncludePath is not evaluated: no file of a bare name is found from now on.
func setIncludePath(c *Call) Value {
	u := c.Refused()
	c.Store(includeSlot, u)
	c.Steps(16)
	return u
}

func iniSet(c *Call) Value {
	u := c.Unknown("depends on what " + c.Name + " returns")
	if v := c.UnknownIn(c.Arg(0)); v != nil {
		return u
	}
	if syntax.Lower(ToString(c.Arg(0))) == "include_path" {
		return setIncludePath(c)
	}
	return u
}

// LocalPath is argument 0 as an absolute path. A stream wrapper, or a path with a NUL,
// gives a value to return instead.
func LocalPath(c *Call) (string, Value) {
	name := c.Str(0)
	if strings.IndexByte(name, 0) >= 0 || name == "" {
		return "", Bool(false)
	}
	abs, unfit := c.Path(name)
	if unfit != "" {
		return "", c.unsafe("reads through " + unfit)
	}
	if u := c.Rewritten(abs); u != nil {
		return "", u
	}
	return abs, nil
}

// missing reports an error that PHP answers with false.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) ||
		errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL)
}

// AskedFile makes a value of an error of Files.
func AskedFile(c *Call, err error) Value {
	errs := c.fileErrors()
	switch {
	case missing(err):
		return Bool(false)
	case errs != nil && errs.Outside(err):
		return c.unsafe("looks outside the site's home").From(OriginHome)
	}
	return c.UnknownOf(Unreadable, "needs a file that cannot be read")
}
