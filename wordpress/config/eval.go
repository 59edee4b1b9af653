package config

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A result holds the constants and variables that are defined when wp-settings.php
// starts.
type result interface {
	Constant(name string) php.Answer
	Variable(name string) php.Answer
	Files() []string // the files that were read
}

// options returns the options that every evaluation of the site has in common.
func (r *reader) options(files *siteFiles) php.Options {
	return php.Options{
		Files:          files,
		Errors:         files,
		Env:            r.world.Env,
		EnvKnown:       r.world.EnvKnown,
		VariablesOrder: r.world.VariablesOrder,
		Host:           r.world.HTTPHost,
		Scheme:         r.world.Scheme,
		Port:           r.world.Port,
		DocRoot:        r.site.given,
	}
}

// evaluate evaluates the configuration as a request for the root's index.php does.
// wp-blog-header.php and wp-load.php are replaced by the code that they run before the
// configuration. after, if not nil, is PHP source that runs in place of
// wp-settings.php.
func (r *reader) evaluate(ctx context.Context, after []byte) (result, error) {
	if r.usePHP {
		return r.runPHP(ctx, after)
	}
	res, err := r.evaluateStatically(ctx, after)
	if err != nil {
		return nil, err
	}
	return res, nil
}

func (r *reader) evaluateStatically(ctx context.Context, after []byte) (*php.Result, error) {
	core := r.site.Core
	files := &siteFiles{home: r.home, stub: map[string]string{}}
	opt := r.options(files)
	settings := filepath.Join(core, site.SettingsFile)
	opt.Stop = []string{settings}
	if real, err := r.home.Resolve(settings); err == nil && real != settings {
		opt.Stop = append(opt.Stop, real)
	}
	if after != nil {
		end := stubPath(core, "end")
		text := string(after) + "\nrequire " + quote(end) + ";"
		for _, path := range opt.Stop {
			files.stub[path] = text
		}
		files.stub[end] = "<?php"
		for _, name := range []string{"wp-db.php", "class-wpdb.php"} { // a drop-in may require them
			files.stub[filepath.Join(core, "wp-includes", name)] = "<?php"
		}
		opt.Stop = []string{end}
	}
	if r.front {
		files.header = r.load()
		real, err := r.home.Resolve(filepath.Join(r.site.Root, site.FrontFile))
		if err != nil {
			return nil, err
		}
		opt.File = real
		return php.Eval(ctx, opt)
	}
	opt.File = r.site.Config.ConfigFile
	opt.Constants = map[string]string{"ABSPATH": slash(core)}
	return php.Eval(ctx, opt)
}

// load returns the code that wp-blog-header.php and wp-load.php run before the
// configuration, and the statement that requires it.
func (r *reader) load() string {
	return "<?php defined('ABSPATH') || define('ABSPATH', " + quote(slash(r.site.Core)) + "); require_once " + quote(r.site.Config.ConfigFile) + ";"
}

func slash(dir string) string {
	if dir == "/" {
		return dir
	}
	return dir + "/"
}

// filesOf lists the files that the configuration was read from, wp-config.php first,
// without the files of the WordPress core.
func (r *reader) filesOf(res result) []string {
	own := []string{r.site.Config.ConfigFile, filepath.Join(r.site.Core, site.HeaderFile)}
	if real, err := r.home.Resolve(filepath.Join(r.site.Root, site.FrontFile)); err == nil {
		own = append(own, real)
	}
	list := []string{r.site.Config.ConfigFile}
	for _, path := range res.Files() {
		if !slices.Contains(own, path) && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	return list
}
