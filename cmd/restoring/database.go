package restoring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/output"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/replace"
)

// databaseOptions are the flags of restore for the database.
type databaseOptions struct {
	defaultsFile    string
	database        string
	useTargetConfig bool
	load.Options
}

func (o *databaseOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.defaultsFile, "db-defaults-file", "", "MySQL option `file` with the server, and the account that restores the database")
	f.StringVar(&o.database, "database", "", "`name` of the database to restore into (default: that in the option file)")
	f.BoolVar(&o.useTargetConfig, "use-target-config", false, "use the server and the account in the configuration of the site at --to; needs --database")
	f.StringArrayVar(&o.Tables, "tables", nil, "restore only tables and views of this `name` or pattern with * and ?; may be repeated")
	f.StringVar(&o.Definer, "definer", "", "definer of views, triggers, routines and events: `keep` the definers of the backup, or current for the account that restores")
	f.BoolVar(&o.CollationFallback, "collation-fallback", false, "replace a collation that the server does not know with the closest one that it knows")
	f.BoolVar(&o.AllowPrivileged, "allow-privileged-account", false, "accept an account that has rights outside the database")
	f.BoolVar(&o.DropOld, "drop-old", false, "drop the old tables: those that an earlier restore has kept, and those that this restore replaces; it cannot be undone")
}

// named reports whether the flags name a database.
func (o *databaseOptions) named() bool { return o.defaultsFile != "" || o.useTargetConfig }

// endDatabase ends an earlier restore: it drops the old tables, or puts them back if --undo is
// given.
func (r *Restorer) endDatabase(ctx context.Context, o *Options) error {
	db, err := r.targetDatabase(ctx, o)
	if err != nil {
		return err
	}
	end, what := load.Confirm, "dropped the old tables of database "
	if o.undo {
		end, what = load.Undo, "put back the old tables of database "
	}
	if err := end(ctx, db); err != nil {
		return err
	}
	r.Say(ctx, what+db.Name)
	return nil
}

// targetDatabase returns the database that the operator names. It does not use what a backup says
// about databases.
func (r *Restorer) targetDatabase(ctx context.Context, o *Options) (db wordpress.Database, err error) {
	d := &o.database
	switch {
	case d.defaultsFile != "" && d.useTargetConfig:
		return db, exit.Usage(errors.New("give --db-defaults-file or --use-target-config, not both"))
	case d.useTargetConfig && (d.database == "" || o.to == ""):
		return db, exit.Usage(errors.New("--use-target-config needs --database NAME and --to PATH"))
	case d.useTargetConfig:
		db, err = r.configuredDatabase(ctx, o.to)
	case d.defaultsFile != "":
		db, err = reading.DatabaseOf(d.defaultsFile)
	default:
		return db, exit.Usage(errors.New("name the database with --db-defaults-file FILE and --database NAME, or give --only files"))
	}
	if d.database != "" {
		db.Name, db.Origin.Name = d.database, "--database"
	}
	switch {
	case err != nil:
		return db, err
	case db.Name == "":
		return db, exit.Usage(errors.New("name the database with --database NAME"))
	case db.User == "":
		return db, exit.Usage(errors.New("--db-defaults-file: the file names no user"))
	}
	return db, nil
}

// configuredDatabase returns the database in the configuration of the site that is now at path.
func (r *Restorer) configuredDatabase(ctx context.Context, path string) (db wordpress.Database, err error) {
	job, err := sites.Job(ctx, r.Config, path)
	if err != nil {
		return db, err
	}
	facts, err := (&agent.Agent{Version: r.Version, Log: r.Log}).Inspect(ctx, job)
	if err != nil {
		return db, err
	}
	if t := facts.Config.DB.TLS; t.CAFile != "" || t.CertFile != "" || t.KeyFile != "" {
		return db, errors.New("--use-target-config: the configuration names files for TLS, which are not read here; give --db-defaults-file")
	}
	return facts.Config.DB, nil
}

// A databasePart restores the database of a run.
type databasePart struct {
	*load.Loader
	out      *console.Console
	dry      bool
	replacer *replace.Replacer // nil: replace nothing
}

// Stream implements restore.Part.
func (*databasePart) Stream() string { return manifest.DatabaseStream }

// Stage implements restore.Part. In a dry run, it prints what it would do.
func (p *databasePart) Stage(ctx context.Context, in io.Reader) error {
	if err := p.Loader.Stage(ctx, in); err != nil || !p.dry {
		return err
	}
	if err := printReplaced(p.out.Out, p.replacer); err != nil {
		return err
	}
	for _, line := range p.Plan() {
		if _, err := fmt.Fprintln(p.out.Out, line); err != nil {
			return fmt.Errorf("print the plan: %w", err)
		}
	}
	return nil
}

// Commit implements restore.Part.
func (p *databasePart) Commit(ctx context.Context) error {
	if err := p.Loader.Commit(ctx); err != nil {
		return err
	}
	p.out.Say(ctx, p.Summary())
	return printReplaced(p.out.Out, p.replacer)
}

// databasePart returns the part that restores the database of a run.
func (r *Restorer) databasePart(ctx context.Context, o *Options, run *catalog.Run, _ *manifest.Details) (restore.Part, error) {
	db, err := r.targetDatabase(ctx, o)
	if err != nil {
		return nil, err
	}
	replacer, err := o.replace.replacer()
	if err != nil {
		return nil, err
	}
	options := o.database.Options
	if replacer != nil {
		options.Rewrite = replacer.Insert
	}
	options.DryRun = o.dryRun
	options.Note = func(text string) { r.Warn(ctx, text) }
	options.Save = func(sql []byte) (string, error) { return saveReplaced(db.Name, sql) }
	if size := reading.RawBytes(run, manifest.DatabaseStream); size > 0 {
		r.Say(ctx, fmt.Sprintf("the database server needs space for the new tables (%s as SQL) beside the old ones", humanize.IBytes(uint64(size))))
	}
	return &databasePart{Loader: load.New(db, options), out: r.Console, dry: o.dryRun, replacer: replacer}, nil
}

// saveReplaced writes the definitions that a restore replaces to a new file of mode 0600.
func saveReplaced(database string, sql []byte) (string, error) {
	dirs, err := state.DefaultDirs()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(dirs.State, "replaced")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("create the folder of the replaced definitions: %w", err)
	}
	path := filepath.Join(folder, fileName(database)+time.Now().UTC().Format("-2006-01-02_15-04-05.000Z")+".sql")
	out, err := output.Create(path)
	if err != nil {
		return "", err
	}
	defer out.Abandon()
	if _, err := out.Write(sql); err != nil {
		return "", fmt.Errorf("write the replaced definitions: %w", err)
	}
	return path, out.Publish()
}

// fileName returns the name of a database, with characters replaced that a file name should not
// have.
func fileName(database string) string {
	name := []byte(database)
	for i, c := range name {
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '-') {
			name[i] = '_'
		}
	}
	return string(name)
}
