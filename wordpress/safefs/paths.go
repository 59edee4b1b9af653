package safefs

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// Relative returns the name of path relative to folder, or "" for folder itself. ok is false if
// path is not in folder.
func Relative(path, folder string) (name string, ok bool) {
	if !Within(path, folder) {
		return "", false
	}
	return strings.TrimPrefix(path[len(folder):], "/"), true
}

// Cause returns the error inside a PathError, without the operation and the path.
func Cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// Join returns the path of a name in a folder.
func Join(folder, name string) string {
	if folder == "/" {
		return "/" + name
	}
	return folder + "/" + name
}

// Absent reports whether err means that the file does not exist.
func Absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) ||
		errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL)
}

// Within reports whether path is dir or below it. It only compares text.
func Within(path, dir string) bool {
	if dir == "/" {
		return strings.HasPrefix(path, "/")
	}
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (rest == "" || rest[0] == '/')
}

// Components splits a path at its slashes, and leaves out empty components.
func Components(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
