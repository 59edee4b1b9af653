package eval

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// includePath returns the absolute path of an included file. unfit is as for Path.
func (in *interp) includePath(name string) (abs, unfit string) {
	abs, unfit = in.Path(name)
	if unfit != "" && strings.Contains(name, ":") || strings.HasPrefix(name, "/") {
		return abs, unfit
	}
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
		return abs, unfit
	}
	if v := in.Load(includeSlot); v != nil && v.Kind() == KindUnknown {
		return "", "an include_path that is not known"
	}
	if unfit != "" {
		return "", unfit
	}
	if _, err := in.opt.Files.Stat(abs); err == nil || in.Rewritten(abs) != nil {
		return abs, ""
	}
	return in.Path(dirname(in.file()) + "/" + name)
}

// ReadFile reads a whole file, within the limits. ok is false where PHP would warn and
// return false. unknown is set for a path outside the site's home or through a stream
// wrapper.
func (in *interp) ReadFile(name string) (text string, unknown *Unknown, ok bool) {
	abs, unfit := in.Path(name)
	if unfit != "" {
		return "", in.UnknownOf(Unsafe, "reads from "+unfit), false
	}
	in.Steps(32)
	if u := in.Rewritten(abs); u != nil {
		return "", u, false
	}
	info, err := in.opt.Files.Stat(abs)
	if err != nil {
		return in.unread(err)
	}
	if info.IsDir() {
		return "", nil, false
	}
	if !info.Mode().IsRegular() || info.Size() > int64(in.opt.Limits.FileSize) {
		return "", in.UnknownOf(Unreadable, "needs a file that is not a regular file or is too large"), false
	}
	in.Alloc(int(info.Size()) + 512)
	b, err := in.opt.Files.ReadFile(abs)
	if err != nil {
		return in.unread(err)
	}
	if len(b) > in.opt.Limits.FileSize {
		return "", in.UnknownOf(Unreadable, "needs a file that is too large"), false
	}
	if _, seen := in.read[abs]; !seen {
		in.read[abs] = 0
	}
	return string(b), nil, true
}

// unread returns what ReadFile returns for an error of Files.
func (in *interp) unread(err error) (string, *Unknown, bool) {
	switch c := in.opt.Errors; {
	case c != nil && c.Outside(err):
		return "", in.UnknownOf(Unsafe, "reads a file outside the site's home").From(OriginHome), false
	case c != nil && c.Irregular(err):
		return "", in.UnknownOf(Unreadable, "needs a file that is not a regular file"), false
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, false
	}
	return "", in.UnknownOf(Unreadable, "needs a file that cannot be read"), false
}

// Path makes a file name absolute, from the working directory. If that is not
// possible, unfit is the stream wrapper ("http://").
func (in *interp) Path(name string) (abs, unfit string) {
	if i := strings.Index(name, "://"); i > 0 {
		s := syntax.Lower(name[:i])
		if s != "file" {
			return "", s + "://"
		}
		name = name[i+3:]
	}
	if strings.HasPrefix(syntax.Lower(name), "data:") {
		return "", "data:"
	}
	if strings.IndexByte(name, 0) >= 0 {
		return "/\x00", ""
	}
	if !strings.HasPrefix(name, "/") {
		name = in.opt.DocRoot + "/" + name
	}
	if strings.Contains(name+"/", "/../") {
		name = tidy(name)
		if real, err := in.opt.Files.Resolve(name); err == nil {
			return real, ""
		}
		return name, ""
	}
	return path.Clean(name), ""
}

// tidy removes empty and "." components. It keeps "..": if a symlink is before it, the
// parent of the symlink is not the parent of its target.
func tidy(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "/") {
		if part != "" && part != "." {
			b.WriteByte('/')
			b.WriteString(part)
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}
