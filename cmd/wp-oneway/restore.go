package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/progress"
)

// restoreOptions are the arguments and flags of restore.
type restoreOptions struct {
	chosenRuns
	filesOptions
	database databaseOptions
	replace  replaceOptions
	only     string
	dryRun   bool
	confirm  bool
	undo     bool
	maxRatio int64

	about map[string]*pflag.FlagSet // the flags about each stream
}

func (a *app) restoreCommand() *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:   "restore --from URL RUN|--latest --to PATH",
		Short: "Restore a site from a backup",
		Long: `Restore a site from a backup: its files to the folder PATH, which becomes the site's root,
and its database into a database that you name. Paths and servers that the backup names are
never used.

Files are written into a folder beside PATH, and rows into tables with other names. Both
are put into use at the end, after everything was read and the checksums match. If anything
fails before that, the site does not change. The old content of PATH is kept beside it.
restore --confirm --to PATH removes it; restore --undo --to PATH puts it back.

If PATH is not empty, --overwrite is required. Files that the backup does not have stay,
unless --delete is given. --dry-run lists what would be done. If root runs restore, files
are written with the rights of PATH's owner. Files from outside the site's root go to
PATH.outside, or with --in-place to their original places.

--db-defaults-file or --use-target-config, and --database, name the database to restore
into. Only kinds of statements that a dump contains are executed. The old tables are kept
until restore --confirm or --undo with the same flags.

Exit status: 0 the site is restored; 1 it is not; 2 wrong usage.`,
		Example: `  wp-oneway restore --from s3://vault --latest --site example.com --to /var/www/example.com --overwrite always --dry-run
  wp-oneway restore --from /var/backups/wp --latest --site example.com --only files --to ./copy
  wp-oneway restore --from /var/backups/wp --latest --site example.com --only db --db-defaults-file restore.cnf --database shop --definer current`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.names = args
			return a.restore(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.chosenRuns.flags(f)
	o.keyFlags(f)
	o.about = map[string]*pflag.FlagSet{manifest.FilesStream: {}, manifest.DatabaseStream: {}}
	o.filesOptions.flags(o.about[manifest.FilesStream])
	f.StringVar(&o.only, "only", "", "restore only this `part`: db or files")
	o.database.flags(o.about[manifest.DatabaseStream])
	o.replace.flags(o.about[manifest.DatabaseStream])
	for _, flags := range o.about {
		f.AddFlagSet(flags)
	}
	f.BoolVar(&o.dryRun, "dry-run", false, "list what would be done, and change nothing")
	f.BoolVar(&o.confirm, "confirm", false, "remove the old files or tables that earlier restores have kept; restore nothing")
	f.BoolVar(&o.undo, "undo", false, "put back the old files or tables that the latest restore has replaced; restore nothing")
	f.Int64Var(&o.maxRatio, "max-ratio", 1000, "refuse streams of more than 1 GiB that unpack to more than `N` times their stored size")
	return cmd
}

func (o *restoreOptions) check() error {
	switch {
	case o.only != "" && o.only != "db" && o.only != "files":
		return exit.Usage(fmt.Errorf("--only %q: it must be db or files", o.only))
	case o.wants(manifest.FilesStream) && o.to == "" && !(o.database.named() && (o.confirm || o.undo)):
		return exit.Usage(errors.New("give the folder to restore the files to with --to PATH, or --only db"))
	case (o.confirm || o.undo) && (o.confirm == o.undo || len(o.names) > 0 || o.latest || o.from != ""):
		return exit.Usage(errors.New("--confirm and --undo end an earlier restore: give one of them, and no backup"))
	case len(o.allowPaths) > 0 && !o.inPlace && !o.confirm && !o.undo:
		return exit.Usage(errors.New("--allow-path is for --in-place; add it"))
	}
	return o.filesOptions.check()
}

// asked returns a flag that was given about a stream, "" for none.
func (o *restoreOptions) asked(stream string) (flag string) {
	o.about[stream].VisitAll(func(f *pflag.Flag) {
		if f.Changed && (f.Name != "to" || o.only == "") { // the database may be that of the site at --to
			flag = "--" + f.Name
		}
	})
	return flag
}

// checkRun returns an error if the run has not what was asked for, or --only leaves it out:
// the restore would else end well without it.
func (o *restoreOptions) checkRun(run *catalog.Run) error {
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		flag, what := o.asked(stream), stream
		switch {
		case !o.wants(stream) && flag != "":
			return exit.Usage(fmt.Errorf("--only %s restores no %s; omit %s", o.only, what, flag))
		case !o.wants(stream) || run.Kind.Has(stream) || o.only == "" && flag == "":
		case o.only != "":
			return exit.Usage(fmt.Errorf("%s is of the kind %s, and has no %s; choose another one, with --latest by --kind", run.Path(), run.Kind, what))
		default:
			return exit.Usage(fmt.Errorf("%s is of the kind %s, and has no %s; choose another one, with --latest by --kind, or omit %s", run.Path(), run.Kind, what, flag))
		}
	}
	return nil
}

// wants tells whether a stream is to be restored.
func (o *restoreOptions) wants(stream string) bool {
	return o.only == "" || (o.only == "db") == (stream == manifest.DatabaseStream)
}

func (a *app) restore(ctx context.Context, o restoreOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.confirm || o.undo {
		return a.settle(ctx, &o)
	}
	reader, run, err := a.openRun(ctx, &o.chosenRuns)
	if err != nil {
		return err
	}
	if err := o.checkRun(run); err != nil {
		return err
	}
	parts, err := a.restoreParts(ctx, &o, reader, run)
	if err != nil {
		return err
	}
	bar := progress.NewDownload(a.Console, "restoring", run.Bytes(), metersOf(parts, run.Manifest.Counts)...)
	defer bar.Close()
	reader.Stored = bar.Add
	if err := restore.Run(ctx, reader, run, restore.Options{Dry: o.dryRun, MaxRatio: o.maxRatio}, parts...); err != nil {
		return err
	}
	for _, p := range parts {
		if t, ok := p.(*tree.Target); ok {
			a.sayFiles(ctx, &o, run, t)
		}
	}
	return nil
}

// metersOf measures the files and rows that parts have restored.
func metersOf(parts []restore.Part, counts manifest.Counts) (meters []progress.Meter) {
	for _, p := range parts {
		switch p := p.(type) {
		case *databasePart:
			meters = append(meters, progress.Meter{Name: "rows", Total: counts.Rows, Now: p.Rows})
		case *tree.Target:
			meters = append(meters, progress.Meter{Name: "files", Total: counts.Files, Now: p.Files})
		}
	}
	return meters
}

// settle ends earlier restores, of the database if one is named, and of the files.
func (a *app) settle(ctx context.Context, o *restoreOptions) error {
	if o.only == "db" || o.only == "" && o.database.named() {
		if err := a.settleDatabase(ctx, o); err != nil {
			return err
		}
	}
	if !o.wants(manifest.FilesStream) || o.to == "" {
		return nil
	}
	return a.settleFiles(ctx, o)
}

// restoreParts are the parts that are to be restored, in the order in which they are
// switched: the database, then the files.
func (a *app) restoreParts(ctx context.Context, o *restoreOptions, reader *content.Reader, run *catalog.Run) (parts []restore.Part, err error) {
	details, err := reader.Details(ctx, run)
	if err != nil {
		return nil, err
	}
	if o.wants(manifest.DatabaseStream) && run.Kind.Has(manifest.DatabaseStream) {
		part, err := a.databasePart(ctx, o, run, details)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if o.wants(manifest.FilesStream) && run.Kind.Has(manifest.FilesStream) {
		part, err := a.filesPart(ctx, o, run, details)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}
