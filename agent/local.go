package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A local is a source in this process, with this process' rights: the agent's
// own, or a worker's.
type local struct {
	req   Request
	facts Facts
	home  *safefs.Home
	dump  *dump.Dump
	files *files.Set

	checkup  *dump.Checkup // instead of a dump, when Check asked for it
	database *dump.Report
}

// openLocal reads the site's configuration, fixes the database's moment, and
// only then plans the walk: every upload that the database mentions is on disk
// by then.
func openLocal(ctx context.Context, req Request, log *slog.Logger) (source, error) {
	l := &local{req: req}
	if err := l.open(ctx, log); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *local) open(ctx context.Context, log *slog.Logger) error {
	read, db, err := l.read(ctx, log)
	if err != nil {
		return err
	}
	l.facts = siteFacts(read, db)
	if l.req.ConfigOnly {
		l.facts.Config.Password = []byte(db.Password.Reveal())
		return nil
	}
	if l.req.Kind.has(databaseStream) && l.req.Check {
		if err := l.check(ctx, db, log); err != nil {
			return err
		}
	} else if l.req.Kind.has(databaseStream) {
		options := l.req.Dump
		options.Logger = log
		if l.dump, err = dump.Open(ctx, db, options); err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
		flavour, version := l.dump.Server()
		l.facts.Server = &Server{Flavour: flavour, Version: version}
		l.facts.TableNames = l.dump.Tables()
	}
	if !l.req.Kind.has(filesStream) {
		return nil
	}
	if l.home, err = site.OpenHome(read.Home); err != nil {
		return fmt.Errorf("open the site's home: %w", err)
	}
	folders := files.Folders{
		Root: read.Root, Core: read.Core, ContentDir: read.Config.ContentDir, PluginDir: read.Config.PluginDir,
		UploadsDir: read.Config.UploadsDir, ConfigFiles: read.Config.Files, Doubts: read.Config.Doubts,
	}
	if l.files, err = files.Plan(ctx, l.home, folders, l.req.Selection); err != nil {
		return fmt.Errorf("plan the files: %w", err)
	}
	return nil
}

// check looks at the database, and fixes no moment.
func (l *local) check(ctx context.Context, db wordpress.Database, log *slog.Logger) error {
	options := l.req.Dump
	options.Logger = log
	c, err := dump.Check(ctx, db, options)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	l.checkup = c
	l.facts.Server = &Server{Flavour: c.Flavour, Version: c.Version}
	l.facts.TableNames = c.Tables
	l.facts.Link = &Link{Address: c.Address, Local: c.Local, Encrypted: c.Encrypted}
	return nil
}

// read reads the configuration, and lays the operator's option file over it. A
// configuration that gives no answer is no obstacle to a backup of the files, nor
// to one whose connection the option file says.
func (l *local) read(ctx context.Context, log *slog.Logger) (*config.Site, wordpress.Database, error) {
	site, err := config.Read(ctx, l.req.Path, config.Options{Home: l.req.Home, World: l.req.World})
	var refusal *wordpress.ConfigError
	if err != nil && (!errors.As(err, &refusal) || site == nil || site.Config == nil) {
		return nil, wordpress.Database{}, err
	}
	db := site.Config.DB
	if l.req.Defaults != nil {
		var bad error
		if db, bad = dump.ReadDefaults(bytes.NewReader(l.req.Defaults), db); bad != nil {
			return nil, db, fmt.Errorf("db_defaults_file: %w", bad)
		}
	}
	if err == nil {
		return site, db, nil
	}
	if l.req.Defaults == nil || refusal.Class == wordpress.NoConfig || refusal.Class == wordpress.NotMySQL {
		return nil, db, err
	}
	if db.Name == "" || db.User == "" {
		return nil, db, fmt.Errorf("%w; the option file of db_defaults_file must then say user and database too", err)
	}
	log.Warn("the option file stands in for the configuration", "err", err)
	return site, db, nil
}

func siteFacts(site *config.Site, db wordpress.Database) Facts {
	c := site.Config
	return Facts{
		Root: site.Root, Home: site.Home, Core: site.Core, Layout: site.Layout, WordPress: site.Version,
		Config: Config{
			Name: []byte(db.Name), User: []byte(db.User), Host: []byte(db.Host), Port: db.Port, Socket: []byte(db.Socket),
			Charset: []byte(db.Charset), Collate: []byte(db.Collate), TablePrefix: []byte(db.TablePrefix),
			CustomTables: db.CustomTables, TLS: db.TLS, ContentDir: c.ContentDir, PluginDir: c.PluginDir,
			UploadsDir: c.UploadsDir, Multisite: c.Multisite, SiteURL: c.SiteURL, ConfigFile: c.ConfigFile, Files: c.Files,
		},
	}
}

// Facts is what was found when the source was opened.
func (l *local) Facts() Facts { return l.facts }

// Part is the stream of that name; a plan's parts are never written.
func (l *local) Part(name string) Part {
	if name == databaseStream {
		return Part{Name: name, Write: l.writeDatabase}
	}
	return Part{Name: name, Write: l.writeFiles}
}

func (l *local) writeDatabase(ctx context.Context, w io.Writer) (err error) {
	l.database, err = l.dump.Write(ctx, w)
	return err
}

func (l *local) writeFiles(ctx context.Context, w io.Writer) error {
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

// Findings is what the parts found or, of a plan, what a walk without reading does.
func (l *local) Findings(ctx context.Context) (Findings, error) {
	var f Findings
	if l.files != nil {
		if l.req.Plan {
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
		r := l.files.Report()
		f.Base, f.Files, f.FileBytes, f.Excludes = l.files.Base(), r.Files, r.Bytes, r.Excludes
		f.Warnings, f.Unreadable = r.Warnings, r.Unreadable
	}
	if l.checkup != nil {
		f.note(l.checkup.Warnings, l.checkup.Missing)
	}
	if l.database != nil {
		for _, t := range l.database.Tables {
			f.Tables = append(f.Tables, Table{Name: t.Name, Rows: t.Rows})
		}
		f.note(l.database.Warnings, l.database.Missing)
	}
	return f, nil
}

// note takes a database's notes over.
func (f *Findings) note(warnings, missing []dump.Note) {
	for _, n := range warnings {
		f.Warnings.Add("database: " + n.String())
	}
	for _, n := range missing {
		f.Privileges.Add(n.String())
	}
}

// Close ends the database's session and lets go of the files.
func (l *local) Close() error {
	var errs [2]error
	if l.dump != nil {
		errs[0] = l.dump.Close()
	}
	if l.home != nil {
		errs[1] = l.home.Close()
	}
	return errors.Join(errs[:]...)
}

// keepOut refuses directory sinks in a folder that the web server serves, now
// that the configuration has told where else the site lies.
func (r *run) keepOut(facts Facts) error {
	for _, t := range r.targets {
		for _, dir := range []string{facts.Config.ContentDir, facts.Config.PluginDir, facts.Config.UploadsDir} {
			if t.dir != "" && t.err == nil && filepath.IsAbs(dir) {
				if err := outside(t.dir, dir); err != nil {
					return fmt.Errorf("the site's configuration claims %s: %s", dir, err) //nolint:errorlint // a tenant's word makes no usage wrong
				}
			}
		}
	}
	return nil
}
