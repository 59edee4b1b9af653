package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// readTime limits the time for reading one site's configuration.
const readTime = 4 * time.Second

// Options describe a site beyond its path.
type Options struct {
	Home  string          // the outermost folder the site may read from
	World wordpress.World // what is known about the site's PHP
	// WithPHP is the PHP binary that runs the configuration, with the rights of this
	// process, if static reading fails: an absolute path, or native.Auto. "" means that
	// PHP is never run.
	WithPHP string
	TempDir string // the folder for PHP's script; see native.Options
	// Guarded refuses a site if another user than root and the one of this process may
	// change a file that is read, a folder that leads to one, or a folder in which a
	// file is looked for.
	Guarded bool
}

// A Site is an installation and its configuration.
type Site struct {
	Root    string // the folder the web server serves, links resolved
	Home    string // the outermost folder the site may read from, links resolved
	Core    string // the folder of wp-settings.php
	Version string // the WordPress version; "" if it is not known
	Config  *Config

	given string // the root as the operator gave it, absolute
}

// Read reads the configuration of the site at an absolute path. It evaluates the configuration
// without running it; only if that fails and Options.WithPHP is set, PHP runs it. If the
// configuration is refused, the error is a *ConfigError, and Read also returns a Site.
// That Site holds everything that is known except the database, so that the operator's
// credentials can be used instead.
func Read(ctx context.Context, path string, o Options) (*Site, error) {
	home, err := site.OpenHome(o.Home)
	if err != nil {
		return nil, err
	}
	defer home.Close()
	home.Keep()
	if o.Guarded {
		home.Guard(uint32(os.Geteuid()))
	}
	inner, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	r := &reader{
		home: home,
		php:  o.WithPHP, tempDir: o.TempDir,
		world: o.World,
		site:  &Site{Home: home.Dir(), given: path, Config: &Config{}},
	}
	if err := r.findRoot(); err != nil {
		return nil, r.guarded(err)
	}
	err = r.guarded(r.read(inner))
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read site %q: %w", path, ctx.Err())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = refuse(wordpress.Undecidable, r.site.Config.ConfigFile, "reading the configuration takes too long")
	}
	if first := (*wordpress.ConfigError)(nil); home.Refused() == nil && o.WithPHP != "" && errors.As(err, &first) && r.found && (first.Class == wordpress.Undecidable || first.Class == wordpress.Unsafe) {
		err = r.guarded(r.readByPHP(ctx, first))
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read site %q: %w", path, ctx.Err())
	}
	if home.Refused() != nil {
		return nil, err // nothing that was read counts
	}
	return r.site, err
}

// guarded returns the refusal of the home's guard instead of err, if there is one: the
// evaluation may have taken it for a missing file.
func (r *reader) guarded(err error) error {
	if refused := r.home.Refused(); refused != nil {
		return &guardError{
			ConfigError: &wordpress.ConfigError{Class: wordpress.Unsafe, File: r.site.Config.ConfigFile, Message: refused.Error()},
			refused:     refused,
		}
	}
	return err
}

// A guardError is a refusal of the home's guard: a ConfigError, and a
// safefs.AmbiguousOwnerError.
type guardError struct {
	*wordpress.ConfigError
	refused error
}

func (e *guardError) Unwrap() []error { return []error{e.ConfigError, e.refused} }

// Relative returns a path for display: relative to the root if it is inside, otherwise
// unchanged.
func (s *Site) Relative(path string) string {
	for _, root := range []string{s.Root, s.given} {
		if path == root {
			return "."
		}
		if root != "" && path != "" && safefs.Within(path, root) {
			return strings.TrimPrefix(path[len(root):], "/")
		}
	}
	return path
}

// A reader reads one site's configuration.
type reader struct {
	home  *safefs.Home
	world wordpress.World
	site  *Site
	front bool // index.php leads to the core, and is evaluated first
	found bool // wp-config.php was found and is readable

	usePHP  bool   // evaluate with the site's PHP
	php     string // Options.WithPHP
	tempDir string // Options.TempDir
}

// findRoot resolves the site's root.
func (r *reader) findRoot() error {
	real, err := r.home.Resolve(r.site.given)
	if err == nil {
		var info fs.FileInfo
		if info, err = r.home.Stat(real); err == nil && !info.IsDir() {
			err = errors.New("is not a folder")
		}
	}
	if errors.Is(err, safefs.ErrOutside) {
		return fmt.Errorf("read site %q: the site is outside its home %q; set --home to a folder that contains it", r.site.given, r.home.Dir())
	}
	if err != nil {
		return fmt.Errorf("read site %q: %w", r.site.given, err)
	}
	r.site.Root, r.site.Core = real, real
	return nil
}

// read finds the core and the configuration, and evaluates it.
func (r *reader) read(ctx context.Context) error {
	if err := r.findCore(ctx); err != nil {
		return err
	}
	r.site.Version = r.version(ctx)
	if err := r.findConfig(); err != nil {
		return err
	}
	r.found = true
	return r.answer(ctx)
}

// answer evaluates the configuration and stores its settings in the site.
func (r *reader) answer(ctx context.Context) error {
	c := r.site.Config
	c.Files = []string{c.ConfigFile}
	res, err := r.evaluate(ctx, nil)
	if err != nil {
		return r.located(r.refusal(err))
	}
	c.Files = r.filesOf(res)
	a := &answers{res: res, site: r.site}
	folders := a.folders()
	if folders != nil {
		a.addDoubt(folders)
	}
	dropin, err := r.findDropin(res)
	if err != nil {
		return err
	}
	if err := a.otherSettings(); err != nil {
		c.DB = wordpress.Database{} // a refusal returns no part of the credentials
		return err
	}
	if folders != nil {
		c.DB = wordpress.Database{}
		return folders
	}
	return r.checkServers(ctx, dropin, res)
}

// located corrects the file of a refusal. An evaluation that ends without reaching
// WordPress names index.php, where it began; the cause is in wp-config.php.
func (r *reader) located(e *wordpress.ConfigError) *wordpress.ConfigError {
	if e.Line == 0 && filepath.Base(e.File) == site.FrontFile {
		e.File = r.site.Config.ConfigFile
	}
	return e
}

// join makes a path from PHP absolute and clean.
func (s *Site) join(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = s.given + "/" + path
	}
	return filepath.Clean(path)
}
