package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A localSite is read by this process, with its rights: those of the agent, or
// those of a worker.
type localSite struct {
	req   Request
	facts Facts
	home  *safefs.Home
	dump  *dump.Dump
	files *files.Set

	checkup  *dump.Checkup // instead of a dump, in mode Check
	database *dump.Report  // once the database is written
}

func openLocal(ctx context.Context, req Request, log *slog.Logger) (Site, error) {
	l := &localSite{req: req}
	if err := l.open(ctx, log); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// open reads the configuration, opens the snapshot of the database, and only then
// plans the walk: every upload that the snapshot mentions is on disk by then.
func (l *localSite) open(ctx context.Context, log *slog.Logger) error {
	site, db, err := l.readConfig(ctx, log)
	if err != nil {
		return err
	}
	l.facts = Facts{
		Root: site.Root, Home: site.Home, Core: site.Core, WordPress: site.Version, Config: *site.Config,
	}
	if l.req.WithPassword {
		l.facts.Config.DB = db.Revealed()
	} else {
		l.facts.Config.DB = db
		l.facts.Config.DB.Password = ""
	}
	if l.req.Mode == ConfigOnly {
		return nil
	}
	if l.req.Kind.Has(manifest.DatabaseStream) {
		if err := l.result(ctx, manifest.DatabaseStream, l.openDatabase(ctx, db, log)); err != nil {
			return err
		}
	}
	if l.req.Kind.Has(manifest.FilesStream) {
		return l.result(ctx, manifest.FilesStream, l.openFiles(ctx, site, db, log))
	}
	return nil
}

// result returns the error of opening a part. In mode Check, it stores the error in
// the facts instead, so that the other part is checked too.
func (l *localSite) result(ctx context.Context, part string, err error) error {
	if err == nil || l.req.Mode != Check || ctx.Err() != nil {
		return err
	}
	if l.facts.CheckErrors == nil {
		l.facts.CheckErrors = map[string]string{}
	}
	l.facts.CheckErrors[part] = err.Error()
	return nil
}

// readConfig reads the configuration, and overrides the connection by the operator's option
// file. If the configuration cannot be evaluated, the files can still be backed up, and so can
// a database whose connection is in the option file.
func (l *localSite) readConfig(ctx context.Context, log *slog.Logger) (*config.Site, wordpress.Database, error) {
	site, err := l.req.Config, error(nil)
	if site == nil {
		site, err = config.Read(ctx, l.req.Path, config.Options{Home: l.req.Home, World: l.req.World, WithPHP: l.req.WithPHP, TempDir: l.req.TempDir, Guarded: l.req.Guarded})
	}
	var refusal *wordpress.ConfigError
	if err != nil && (!errors.As(err, &refusal) || site == nil || site.Config == nil) {
		return nil, wordpress.Database{}, err
	}
	db := site.Config.DB
	if l.req.Defaults != nil {
		var bad error
		if db, bad = mysql.ReadOptionFile(bytes.NewReader(l.req.Defaults), db, l.req.defaultsUID); bad != nil {
			return nil, db, fmt.Errorf("db_defaults_file: %w", bad)
		}
		db.TLS.Files = secrets(l.req.DefaultsFiles)
	}
	if err == nil {
		return site, db, nil
	}
	if l.req.Defaults == nil || refusal.Class == wordpress.NoConfig || refusal.Class == wordpress.NotMySQL {
		return nil, db, err
	}
	if db.Name == "" || db.User == "" {
		return nil, db, fmt.Errorf("%w; the option file of db_defaults_file must then set user and database too", err)
	}
	log.Warn("the option file replaces the configuration", "err", err)
	return site, db, nil
}

func secrets(files map[string][]byte) map[string]secret.Text {
	out := map[string]secret.Text{}
	for path, text := range files {
		out[path] = secret.Text(text)
	}
	return out
}

func (l *localSite) openDatabase(ctx context.Context, db wordpress.Database, log *slog.Logger) error {
	options := l.req.Dump
	options.Logger = log
	var err error
	if l.req.Mode == Check {
		if l.checkup, err = dump.Check(ctx, db, options); err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
		c := l.checkup
		l.facts.Server = &manifest.Server{Flavour: c.Flavour, Version: c.Version}
		l.facts.TableNames = c.Tables
		l.facts.Endpoint = &c.Endpoint
		return nil
	}
	if l.dump, err = dump.Open(ctx, db, options); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	flavour, version := l.dump.Server()
	l.facts.Server = &manifest.Server{Flavour: flavour, Version: version}
	l.facts.TableNames = l.dump.Tables()
	return nil
}

func (l *localSite) openFiles(ctx context.Context, read *config.Site, db wordpress.Database, log *slog.Logger) error {
	var err error
	if l.home, err = site.OpenHome(read.Home); err != nil {
		return fmt.Errorf("open the site's home: %w", err)
	}
	folders := files.Folders{
		Root: read.Root, Core: read.Core, ContentDir: read.Config.ContentDir, PluginDir: read.Config.PluginDir,
		UploadsDir: read.Config.UploadsDir, ConfigFiles: read.Config.Files, Doubts: read.Config.Doubts,
	}
	absent, err := l.addUploads(ctx, &folders, read, db, log)
	if err != nil {
		return err
	}
	if l.files, err = files.Plan(ctx, l.home, folders, l.req.Selection); err != nil {
		return fmt.Errorf("plan the files: %w", err)
	}
	if absent != "" {
		l.files.Warn(absent, "the database has no options table of this name, so no uploads folder can be read from it")
	}
	return nil
}

func (l *localSite) Facts() Facts { return l.facts }

func (l *localSite) Part(name string) Part {
	if name == manifest.DatabaseStream {
		return Part{Name: name, Write: l.writeDatabase}
	}
	return Part{Name: name, Write: l.writeFiles}
}

func (l *localSite) writeDatabase(ctx context.Context, w io.Writer) (err error) {
	l.database, err = l.dump.Write(ctx, w)
	return err
}

func (l *localSite) writeFiles(ctx context.Context, w io.Writer) error {
	walk := func(yield func(archive.Entry) error) error {
		return l.files.Walk(ctx, func(e files.Entry) error { return yield(archive.Entry(e)) })
	}
	return archive.Tar(ctx, w, walk, func(name string, err error) {
		if errors.Is(err, archive.ErrShrank) || errors.Is(err, archive.ErrGrew) || errors.Is(err, archive.ErrChanged) {
			l.files.Warn(name, err.Error())
			return
		}
		l.files.Unreadable(name, err)
	})
}

// Findings returns what the parts found. In mode Plan it walks the files first,
// without reading them.
func (l *localSite) Findings(ctx context.Context) (Findings, error) {
	var f Findings
	if l.req.Mode == Plan && l.files != nil {
		err := l.files.Walk(ctx, func(e files.Entry) error {
			if e.File != nil {
				return e.File.Close()
			}
			return nil
		})
		if err != nil {
			return f, fmt.Errorf("walk the files: %w", err)
		}
	}
	if l.req.Mode != Check && l.files != nil {
		r := l.files.Report()
		f.Base, f.Files, f.FileBytes, f.Excludes = l.files.Base(), r.Files, r.Bytes, r.Excludes
		f.Warnings, f.Unreadable = r.Warnings, r.Unreadable
	}
	if l.req.Mode == Check && l.files != nil {
		f.Unreadable = l.files.Report().Unreadable // the folders that a backup would lack
	}
	if l.checkup != nil {
		f.addDatabase(l.checkup.Warnings, l.checkup.Missing)
	}
	if l.database != nil {
		for _, t := range l.database.Tables {
			f.Tables = append(f.Tables, manifest.Table{Name: t.Name, Rows: t.Rows})
		}
		f.addDatabase(l.database.Warnings, l.database.Missing)
	}
	return f, nil
}

// Close closes the database connection and the files.
func (l *localSite) Close() error {
	var errs [2]error
	if l.dump != nil {
		errs[0] = l.dump.Close()
	}
	if l.home != nil {
		errs[1] = l.home.Close()
	}
	return errors.Join(errs[:]...)
}
