package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

const (
	maxConfigFile = 4 << 20 // the largest file of a configuration
	maxListing    = 400_000 // the entries of the largest folder that is listed
)

var errTooLarge = fmt.Errorf("is larger than %d MiB", maxConfigFile>>20)

// siteFiles provides the files that an evaluation may read: those below home, with some
// files of the WordPress core replaced.
type siteFiles struct {
	home    *safefs.Home
	stub    map[string]string // replacement sources, by path
	header  string            // replaces every wp-blog-header.php, unless ""
	headers []string          // the folders of the wp-blog-header.php files that were read
	outside string            // a wp-blog-header.php that is outside home, or ""
}

var (
	_ php.Files      = (*siteFiles)(nil)
	_ php.FileErrors = (*siteFiles)(nil)
)

// ReadFile returns a file's bytes.
func (f *siteFiles) ReadFile(path string) ([]byte, error) {
	if text, ok := f.stub[path]; ok {
		return []byte(text), nil
	}
	file, err := f.home.Open(path)
	if err != nil {
		f.noteOutside(path, err)
		return nil, err
	}
	defer file.Close()
	if f.header != "" && filepath.Base(file.Name()) == site.HeaderFile {
		f.headers = append(f.headers, filepath.Dir(file.Name()))
		return []byte(f.header), nil
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: path, Err: safefs.ErrIrregular}
	case info.Size() > maxConfigFile:
		return nil, &fs.PathError{Op: "read", Path: path, Err: errTooLarge}
	}
	text, err := io.ReadAll(io.LimitReader(file, maxConfigFile+1))
	if err == nil && len(text) > maxConfigFile {
		err = &fs.PathError{Op: "read", Path: path, Err: errTooLarge}
	}
	return text, err
}

// Stat describes the file at path; symlinks are followed.
func (f *siteFiles) Stat(path string) (fs.FileInfo, error) {
	if text, ok := f.stub[path]; ok && !f.real(path) {
		info := &safefs.FileInfo{Base: filepath.Base(path)}
		info.Stat.Mode, info.Stat.Size = unix.S_IFREG|0o444, int64(len(text))
		return info, nil
	}
	return f.home.Stat(path)
}

func (f *siteFiles) real(path string) bool {
	_, err := f.home.Stat(path)
	return err == nil
}

// ReadDir lists a folder.
func (f *siteFiles) ReadDir(path string) ([]fs.DirEntry, error) {
	dir, err := f.home.Open(path)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(maxListing)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil && len(entries) == maxListing {
		err = &fs.PathError{Op: "list", Path: path, Err: errTooLarge}
	}
	return entries, err
}

// Resolve returns path's real path.
func (f *siteFiles) Resolve(path string) (string, error) {
	if _, ok := f.stub[path]; ok {
		return path, nil
	}
	real, err := f.home.Resolve(path)
	f.noteOutside(path, err)
	return real, err
}

// noteOutside records a wp-blog-header.php that is outside home.
func (f *siteFiles) noteOutside(path string, err error) {
	if errors.Is(err, safefs.ErrOutside) && filepath.Base(path) == site.HeaderFile {
		f.outside = path
	}
}

// Outside reports whether err means that a path leads outside home.
func (f *siteFiles) Outside(err error) bool { return errors.Is(err, safefs.ErrOutside) }

// Irregular reports whether err means that a file is not regular or is too large.
func (f *siteFiles) Irregular(err error) bool {
	return errors.Is(err, safefs.ErrIrregular) || errors.Is(err, errTooLarge)
}

// stubPath returns the path of a replacement source. No real file has such a path.
func stubPath(core, name string) string {
	return strings.TrimSuffix(core, "/") + "/\x01wp-oneway-" + name + ".php"
}

// quote writes a PHP string literal.
func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `'`, `\'`) + "'"
}
