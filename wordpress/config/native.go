package config

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// phpTime limits the total run time of one site's PHP.
const phpTime = 10 * time.Second

// Hints for when PHP ran, but its answer is not reliable.
const (
	hintCGI  = "install php-cgi, or " + hintFile
	hintPHP  = "see docs/inspect.md, or " + hintFile
	phpIntro = "; the site's PHP gave no answer either: "
)

// readByPHP runs the configuration in the site's PHP, after reading it has failed with
// first. If this fails too, the refusal contains both reasons.
func (r *reader) readByPHP(ctx context.Context, first *wordpress.ConfigError) error {
	ctx, cancel := context.WithTimeoutCause(ctx, phpTime, fmt.Errorf("it takes longer than %s", phpTime))
	defer cancel()
	before := r.site.Config
	r.site.Config = &Config{ConfigFile: before.ConfigFile}
	r.usePHP = true
	err := r.answer(ctx)
	var second *wordpress.ConfigError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &second):
		second = &wordpress.ConfigError{Message: err.Error()}
	case second.Class == wordpress.NotMySQL:
		return second
	}
	r.site.Config = before
	both := *first
	where := ""
	if second.File != "" && second.File != first.File {
		where = r.site.Relative(second.File) + ": "
	}
	both.Message += phpIntro + where + second.Message
	if second.Hint != "" {
		both.Hint = second.Hint
	}
	return &both
}

// runPHP evaluates the configuration, followed by after, in the site's PHP. It does so
// for two requests. A value that differs between them, because it depends on the request
// or on the time, is refused.
func (r *reader) runPHP(ctx context.Context, after []byte) (result, error) {
	var answers [2]*native.Answer
	for i, server := range r.requests() {
		o, err := r.nativeOptions(after, server)
		if err != nil {
			return nil, err
		}
		if answers[i], err = native.Ask(ctx, o); err != nil {
			return nil, r.phpRefusal(err)
		}
		if err := r.checkUses(answers[i]); err != nil {
			return nil, err
		}
	}
	a, b := answers[0], answers[1]
	if !reflect.DeepEqual(a.Constants, b.Constants) || !reflect.DeepEqual(a.Variables, b.Variables) {
		e := refuse(wordpress.Undecidable, r.site.Config.ConfigFile, "PHP gave different answers to two requests")
		e.Hint = hintPHP
		return nil, e
	}
	r.site.Config.PHP = a.Version + " (" + a.SAPI + ")"
	return &phpResult{a, r.site.Config.ConfigFile, r.home.Contains}, nil
}

// requests returns $_SERVER for two requests for the front page: one over HTTP, and one
// over HTTPS through a proxy. If the scheme is known, both use it.
func (r *reader) requests() [2]map[string]string {
	plain := map[string]string{
		"DOCUMENT_ROOT": r.site.given, "SCRIPT_FILENAME": filepath.Join(r.site.given, site.FrontFile),
		"SCRIPT_NAME": "/" + site.FrontFile, "PHP_SELF": "/" + site.FrontFile, "REQUEST_URI": "/", "REQUEST_METHOD": "GET",
		"QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_PORT": "80", "SERVER_ADDR": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
	}
	if host := r.world.HTTPHost; host != "" {
		plain["HTTP_HOST"] = host
		plain["SERVER_NAME"], _, _ = strings.Cut(host, ":")
	}
	if r.world.Scheme != "" {
		plain["SERVER_PORT"] = r.world.Port
	}
	if r.world.Scheme == "https" {
		plain["HTTPS"] = "on"
	}
	proxied := maps.Clone(plain)
	proxied["HTTP_X_FORWARDED_FOR"], proxied["REMOTE_ADDR"] = "192.0.2.1", "192.0.2.2"
	if r.world.Scheme == "" {
		proxied["HTTPS"], proxied["SERVER_PORT"], proxied["HTTP_X_FORWARDED_PROTO"] = "on", "443", "https"
	}
	return [2]map[string]string{plain, proxied}
}

func (r *reader) nativeOptions(after []byte, server map[string]string) (native.Options, error) {
	o := native.Options{
		Binary: r.php, TempDir: r.tempDir, VariablesOrder: r.world.VariablesOrder, Entry: r.site.Config.ConfigFile, Env: r.world.Env, Server: server, Stop: site.SettingsFile,
		Stubs: map[string]string{},
		Report: []string{
			"ABSPATH", "DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_CHARSET", "DB_COLLATE", "DB_ENGINE", "DB_CONFIG_FILE",
			"WP_CONTENT_DIR", "WP_PLUGIN_DIR", "UPLOADS", "WP_SITEURL", "WP_HOME", "CUSTOM_USER_TABLE", "CUSTOM_USER_META_TABLE",
			"MYSQL_CLIENT_FLAGS", "MYSQL_SSL_CA", "MYSQL_SSL_CERT", "MYSQL_SSL_KEY", "MULTISITE", "SUBDOMAIN_INSTALL", "VHOST", "SUNRISE",
		},
		Globals: []string{
			"table_prefix", "w3tc_dbcluster_config", "wp_oneway_differs", "wp_oneway_user", "wp_oneway_password", "wp_oneway_name", "wp_oneway_host",
		},
	}
	if after != nil {
		o.Stubs[site.SettingsFile] = string(after)
		for _, name := range []string{"wp-db.php", "class-wpdb.php"} { // a drop-in may require them
			o.Stubs[name] = "<?php"
		}
	}
	if !r.front {
		o.Constants = map[string]string{"ABSPATH": slash(r.site.Core)}
		return o, nil
	}
	o.Stubs[site.HeaderFile] = r.load()
	var err error
	o.Entry, err = r.home.Resolve(filepath.Join(r.site.Root, site.FrontFile))
	return o, err
}

// phpRefusal converts an error of PHP into a refusal.
func (r *reader) phpRefusal(err error) error {
	e := refuse(wordpress.Undecidable, "", "%s", brief(wordpress.Printable(err.Error())))
	e.Hint = hintFile
	if stop := (*native.StopError)(nil); errors.As(err, &stop) {
		e.File, e.Line = stop.File, stop.Line
	}
	return e
}

// checkUses refuses an answer that may depend on something unknown.
func (r *reader) checkUses(a *native.Answer) error {
	for _, s := range []struct {
		subject     native.Subject
		known       bool
		cause, hint string
	}{
		{native.Environment, r.world.EnvKnown, "the environment of the site's PHP is not known", hintEnv},
		{native.Order, r.world.VariablesOrder != "" || len(r.world.Env) == 0, "it is not known whether $_ENV holds the environment", hintOrder},
		{native.SAPI, r.world.EnvKnown, "the web server's interface to PHP (SAPI) is not known", hintEnv},
		{native.SAPI, a.SAPI != "cli", "only the command-line PHP was run", hintCGI},
		{native.Host, r.world.HTTPHost != "", "the host of the request is not known", hintURL},
	} {
		if use, used := a.Uses[s.subject]; used && !s.known {
			e := refuse(wordpress.Undecidable, use.File, "it uses %s (%s:%d), and %s", use.Name, r.site.Relative(use.File), use.Line, s.cause)
			e.File, e.Hint = "", s.hint
			return e
		}
	}
	return nil
}

// phpResult is the result of the site's PHP.
type phpResult struct {
	*native.Answer
	file   string // wp-config.php
	inHome func(path string) bool
}

func (a *phpResult) Constant(name string) php.Answer { return a.of(a.Constants, name) }
func (a *phpResult) Variable(name string) php.Answer { return a.of(a.Variables, name) }

func (a *phpResult) of(values map[string]native.Value, name string) php.Answer {
	v, ok := values[name]
	switch {
	case !ok:
		return php.Answer{}
	case !v.Scalar:
		return php.Answer{State: php.Open, Why: &php.Refusal{Class: php.Undecidable, File: a.file, Message: "it is not a string"}}
	}
	return php.Answer{State: php.Known, Text: v.Text}
}

// Files lists the files of the site that were read. PHP can also read files outside the
// site's home, such as libraries of the host; they are not listed.
func (a *phpResult) Files() []string {
	var files []string
	for _, path := range a.Answer.Files {
		if a.inHome(path) {
			files = append(files, path)
		}
	}
	return files
}
