package config

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A result is what stands when wp-settings.php starts.
type result interface {
	Constant(name string) php.Answer
	Variable(name string) php.Answer
	Files() []string // the files that were read
}

// options are what every evaluation of the site has in common.
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

// evaluate evaluates the configuration as a request for the root's index.php
// does. Its wp-blog-header.php and wp-load.php are WordPress' and are replaced by
// what they do before the configuration starts. after, if not nil, are sources
// that run where wp-settings.php would.
func (r *reader) evaluate(ctx context.Context, after []byte) (result, error) {
	if r.asking {
		return r.ask(ctx, after)
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

// load is what wp-blog-header.php and wp-load.php do before the configuration starts.
func (r *reader) load() string {
	return "<?php defined('ABSPATH') || define('ABSPATH', " + quote(slash(r.site.Core)) + "); require_once " + quote(r.site.Config.ConfigFile) + ";"
}

func slash(dir string) string {
	if dir == "/" {
		return dir
	}
	return dir + "/"
}

// filesOf lists what the configuration was read from, wp-config.php first,
// without WordPress' own files.
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
