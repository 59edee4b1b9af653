// Package restoring implements the command restore: its flags, its checks and its messages.
package restoring

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/progress"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// Options are the arguments and flags of restore.
type Options struct {
	reading.Runs
	filesOptions
	database databaseOptions
	replace  replaceOptions
	only     string
	dryRun   bool
	confirm  bool
	undo     bool
	maxRatio int64

	about map[string]*pflag.FlagSet // the flags for each stream
}

// Flags adds the flags of restore.
func (o *Options) Flags(f *pflag.FlagSet) {
	o.Runs.Flags(f)
	o.KeyFlags(f)
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
}

// A Restorer restores runs, and ends earlier restores.
type Restorer struct {
	*console.Console
	Config  *settings.Configuration
	Version string
}

func (o *Options) check() error {
	switch {
	case o.only != "" && o.only != "db" && o.only != "files":
		return exit.Usage(fmt.Errorf("--only %q: it must be db or files", o.only))
	case o.wants(manifest.FilesStream) && o.to == "" && !(o.database.named() && (o.confirm || o.undo)):
		return exit.Usage(errors.New("give the folder to restore the files to with --to PATH, or --only db"))
	case (o.confirm || o.undo) && (o.confirm == o.undo || len(o.Names) > 0 || o.Latest || o.From != ""):
		return exit.Usage(errors.New("--confirm and --undo end an earlier restore; give one of them, and omit --from, --latest and RUN"))
	case len(o.allowPaths) > 0 && !o.inPlace && !o.confirm && !o.undo:
		return exit.Usage(errors.New("--allow-path is for --in-place; add it"))
	}
	return o.filesOptions.check()
}

// asked returns a flag for the stream that the operator gave, or "".
func (o *Options) asked(stream string) (flag string) {
	o.about[stream].VisitAll(func(f *pflag.Flag) {
		if f.Changed && (f.Name != "to" || o.only == "") { // with --only db, --to may name the site whose database is used
			flag = "--" + f.Name
		}
	})
	return flag
}

// checkRun returns an error if the run lacks something that the flags ask for, or if --only
// excludes it. Without this check, the restore would succeed without that part.
func (o *Options) checkRun(run *catalog.Run) error {
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		flag, what := o.asked(stream), stream
		switch {
		case !o.wants(stream) && flag != "":
			return exit.Usage(fmt.Errorf("--only %s restores no %s; omit %s", o.only, what, flag))
		case !o.wants(stream) || run.Kind.Has(stream) || o.only == "" && flag == "":
		case o.only != "":
			return exit.Usage(fmt.Errorf("%s is a backup of kind %s, and has no %s; choose another run (with --latest, give --kind)", run.Path(), run.Kind, what))
		default:
			return exit.Usage(fmt.Errorf("%s is a backup of kind %s, and has no %s; choose another run (with --latest, give --kind), or omit %s", run.Path(), run.Kind, what, flag))
		}
	}
	return nil
}

// wants reports whether a stream is to be restored.
func (o *Options) wants(stream string) bool {
	return o.only == "" || (o.only == "db") == (stream == manifest.DatabaseStream)
}

// Restore restores a run, or ends an earlier restore, as the options say.
func (r *Restorer) Restore(ctx context.Context, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.confirm || o.undo {
		return r.end(ctx, &o)
	}
	reader, run, err := reading.OpenRun(ctx, r.Console, &o.Runs)
	if err != nil {
		return err
	}
	if err := o.checkRun(run); err != nil {
		return err
	}
	parts, err := r.restoreParts(ctx, &o, reader, run)
	if err != nil {
		return err
	}
	bar := progress.NewDownload(r.Console, "restoring", run.Bytes(), metersOf(parts, run.Manifest.Counts)...)
	defer bar.Close()
	reader.Stored = bar.Add
	if err := restore.Run(ctx, reader, run, restore.Options{Dry: o.dryRun, MaxRatio: o.maxRatio}, parts...); err != nil {
		return err
	}
	for _, p := range parts {
		if t, ok := p.(*tree.Target); ok {
			r.sayFiles(ctx, &o, run, t)
		}
	}
	return nil
}

// metersOf returns meters for the files and rows that the parts have restored.
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

// end ends earlier restores: of the database, if the flags name one, and of the files.
func (r *Restorer) end(ctx context.Context, o *Options) error {
	if o.only == "db" || o.only == "" && o.database.named() {
		if err := r.endDatabase(ctx, o); err != nil {
			return err
		}
	}
	if !o.wants(manifest.FilesStream) || o.to == "" {
		return nil
	}
	return r.endFiles(ctx, o)
}

// restoreParts returns the parts to restore, in the order in which they are switched: the
// database, then the files.
func (r *Restorer) restoreParts(ctx context.Context, o *Options, reader *content.Reader, run *catalog.Run) (parts []restore.Part, err error) {
	details, err := reader.Details(ctx, run)
	if err != nil {
		return nil, err
	}
	if o.wants(manifest.DatabaseStream) && run.Kind.Has(manifest.DatabaseStream) {
		part, err := r.databasePart(ctx, o, run, details)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if o.wants(manifest.FilesStream) && run.Kind.Has(manifest.FilesStream) {
		part, err := r.filesPart(ctx, o, run, details)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}
