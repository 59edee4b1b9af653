package config

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// findCore finds the folder of the WordPress core: the folder of the
// wp-blog-header.php that the root's index.php requires, otherwise the root. If
// wp-load.php is a symlink, the core is the folder of its target, because PHP resolves
// __DIR__ to it. If index.php defines ABSPATH before, that folder is the core.
func (r *reader) findCore(ctx context.Context) error {
	given, err := r.findFront(ctx)
	if err != nil {
		return err
	}
	load, err := r.home.Resolve(filepath.Join(r.site.Core, site.LoadFile))
	if errors.Is(err, safefs.ErrOutside) {
		return r.startsOutside(filepath.Join(r.site.Core, site.LoadFile))
	}
	switch {
	case given != "":
		r.site.Core = given
	case err == nil:
		r.site.Core = filepath.Dir(load)
	}
	return nil
}

// startsOutside refuses a site whose WordPress starts with a file outside the site's
// home: the folder of that file determines which configuration is used.
func (r *reader) startsOutside(path string) error {
	return refuse(wordpress.Unsafe, path, "WordPress starts with this file, and it is outside the site's home")
}

// findFront finds the core through the root's index.php. It returns the ABSPATH that
// index.php defines, or "".
func (r *reader) findFront(ctx context.Context) (string, error) {
	front := filepath.Join(r.site.Root, site.FrontFile)
	real, err := r.home.Resolve(front)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if errors.Is(err, safefs.ErrOutside) {
		return "", r.startsOutside(front)
	}
	end := stubPath(r.site.Root, "start")
	files := &siteFiles{home: r.home, stub: map[string]string{end: "<?php"}, header: "<?php require " + quote(end) + ";"}
	var res *php.Result
	if err == nil {
		opt := r.options(files)
		opt.File, opt.Stop = real, []string{end}
		res, err = php.Eval(ctx, opt)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	slices.Sort(files.headers)
	switch cores := slices.Compact(files.headers); {
	case len(cores) == 1:
		r.site.Core, r.front = cores[0], true
		return r.absPath(front, res)
	case len(cores) > 1:
		return "", refuse(wordpress.Undecidable, front, "it may load WordPress from %q or from %q", cores[0], cores[1])
	}
	if files.outside != "" {
		return "", r.startsOutside(files.outside)
	}
	for _, name := range []string{site.SettingsFile, site.ConfigFile, site.HeaderFile} {
		if _, statErr := r.home.Stat(filepath.Join(r.site.Root, name)); statErr == nil {
			return "", nil
		}
	}
	if err != nil {
		if c := r.refusal(err); c.Class != wordpress.Undecidable {
			return "", c
		}
	}
	return "", refuse(wordpress.NoConfig, "", "no WordPress found in %q: it has neither %s nor an %s that requires %s", r.site.given, site.SettingsFile, site.FrontFile, site.HeaderFile)
}

// absPath returns the folder that front, the root's index.php, defines as ABSPATH, or
// "" if it defines none.
func (r *reader) absPath(front string, res *php.Result) (string, error) {
	if res == nil { // evaluating the configuration reports the same error
		return "", nil
	}
	switch a := res.Constant("ABSPATH"); {
	case a.State == php.Open:
		return "", refuse(wordpress.Undecidable, front, "ABSPATH, which determines the folder of wp-config.php, cannot be known: %s", a.Why.Message)
	case a.State == php.Known && filepath.IsAbs(a.Text):
		return filepath.Clean(a.Text), nil
	case a.State == php.Known:
		return filepath.Join(r.site.Root, a.Text), nil
	}
	return "", nil
}

// findConfig finds wp-config.php as WordPress does: in the core's folder, otherwise in
// its parent folder, unless that contains another installation.
func (r *reader) findConfig() error {
	above := filepath.Dir(r.site.Core)
	path := filepath.Join(r.site.Core, site.ConfigFile)
	found, err := r.exists(path)
	if err != nil {
		return err
	}
	if !found {
		path = filepath.Join(above, site.ConfigFile)
		if !r.home.Contains(above) {
			return refuse(wordpress.NoConfig, "", "no %s in %q, and its parent folder is outside the site's home", site.ConfigFile, r.site.Core)
		}
		if found, err = r.exists(path); err != nil {
			return err
		}
		other, err := r.exists(filepath.Join(above, site.SettingsFile))
		if err != nil {
			return err
		}
		if found && other {
			return refuse(wordpress.NoConfig, "", "no %s in %q, and the one in its parent folder belongs to another installation", site.ConfigFile, r.site.Core)
		}
	}
	if !found {
		return refuse(wordpress.NoConfig, "", "no %s in %q or in its parent folder", site.ConfigFile, r.site.Core)
	}
	real, err := r.home.Resolve(path)
	if err != nil {
		return fileRefusal(path, err)
	}
	r.site.Config.ConfigFile = real
	_, err = (&siteFiles{home: r.home}).ReadFile(real)
	if err != nil {
		return fileRefusal(path, err)
	}
	return nil
}

// exists works like PHP's file_exists, but returns an error if the answer is not known.
func (r *reader) exists(path string) (bool, error) {
	_, err := r.home.Stat(path)
	switch {
	case err == nil:
		return true, nil
	case safefs.Absent(err):
		return false, nil
	}
	return false, fileRefusal(path, err)
}

// version returns the WordPress version, or "" if it is not known.
func (r *reader) version(ctx context.Context) string {
	path, err := r.home.Resolve(filepath.Join(r.site.Core, site.VersionFile))
	if err != nil {
		return ""
	}
	end := filepath.Join(r.site.Core, site.SettingsFile)
	files := &siteFiles{home: r.home, stub: map[string]string{}}
	opt := r.options(files)
	opt.File = stubPath(r.site.Core, "version")
	opt.Stop = []string{end}
	files.stub[opt.File] = "<?php require " + quote(path) + "; require " + quote(end) + ";"
	res, err := php.Eval(ctx, opt)
	if err != nil {
		return ""
	}
	v := res.Variable("wp_version")
	if v.State != php.Known || !validVersion(v.Text) {
		return ""
	}
	return v.Text
}

// validVersion reports whether s looks like a version. The tenant can write anything
// into the version file.
func validVersion(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for i := range len(s) {
		if c := s[i] | 0x20; !('a' <= c && c <= 'z') && !strings.ContainsRune("0123456789._-+", rune(s[i])) {
			return false
		}
	}
	return true
}
