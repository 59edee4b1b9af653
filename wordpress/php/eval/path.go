package eval

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// includePath returns the absolute path of an included file. unfit is as for absolute.
func (in *interp) includePath(name string) (abs, unfit string) {
	abs, unfit = in.absolute(name)
	if unfit != "" && strings.Contains(name, ":") || strings.HasPrefix(name, "/") {
		return abs, unfit
	}
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
		return abs, unfit
	}
	if v := in.loadSlot(includeSlot); v != nil && v.Kind() == KindUnknown {
		return "", "an include_path that is not known"
	}
	if unfit != "" {
		return "", unfit
	}
	if _, err := in.opt.Files.Stat(abs); err == nil || in.Rewritten(abs, syntax.Pos{}) != nil {
		return abs, ""
	}
	return in.absolute(dirname(in.file()) + "/" + name)
}

// ReadFile reads a whole file, within the limits. unknown and ok are as for
// Call.ReadFile.
func (in *interp) ReadFile(name string, pos syntax.Pos) (text string, unknown *Unknown, ok bool) {
	abs, unfit := in.absolute(name)
	if unfit != "" {
		return "", in.unknownAt(Unsafe, pos, "reads from "+unfit), false
	}
	in.Steps(32, pos)
	if u := in.Rewritten(abs, pos); u != nil {
		return "", u, false
	}
	info, err := in.opt.Files.Stat(abs)
	if err != nil {
		return in.unread(err, pos)
	}
	if info.IsDir() {
		return "", nil, false
	}
	if !info.Mode().IsRegular() || info.Size() > int64(in.opt.Limits.FileSize) {
		return "", in.unknownAt(Unreadable, pos, "needs a file that is not a regular file or is too large"), false
	}
	in.Alloc(int(info.Size())+512, pos)
	b, err := in.opt.Files.ReadFile(abs)
	if err != nil {
		return in.unread(err, pos)
	}
	if len(b) > in.opt.Limits.FileSize {
		return "", in.unknownAt(Unreadable, pos, "needs a file that is too large"), false
	}
	if _, seen := in.read[abs]; !seen {
		in.read[abs] = 0
	}
	return string(b), nil, true
}

// unread returns what ReadFile returns for an error of Files.
func (in *interp) unread(err error, pos syntax.Pos) (string, *Unknown, bool) {
	switch c := in.opt.Errors; {
	case c != nil && c.Outside(err):
		return "", in.unknownAt(Unsafe, pos, "reads a file outside the site's home").From(OriginHome), false
	case c != nil && c.Irregular(err):
		return "", in.unknownAt(Unreadable, pos, "needs a file that is not a regular file"), false
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, false
	}
	return "", in.unknownAt(Unreadable, pos, "needs a file that cannot be read"), false
}

// absolute makes a file name absolute, from the working directory. If that is not
// possible, unfit is the stream wrapper ("http://").
func (in *interp) absolute(name string) (abs, unfit string) {
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
