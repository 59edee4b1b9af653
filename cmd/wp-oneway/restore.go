package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
)

// restoreOptions are the arguments and flags of restore.
type restoreOptions struct {
	chosenRuns
	to     string
	only   string
	dryRun bool
}

func (a *app) restoreCommand() *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:   "restore --from URL RUN|--latest --to PATH",
		Short: "Restore a site from a backup",
		Long: `Restore a site from a backup: its files so that the site's root is at PATH, and its
database into one that you name. What a backup says about where it came from is never
followed.

Files are written into a folder beside PATH, and the database into tables of other names.
Both are put into use at the end, when everything was read and is proven to be what was
backed up. If anything fails before, the site stays as it was.

Exit status: 0 the site is restored; 1 it is not; 2 wrong usage.`,
		Example: `  wp-oneway restore --from s3://vault --latest --site example.com --to /var/www/example.com
  wp-oneway restore --from /var/backups/wp --latest --site example.com --only files --to ./copy --dry-run`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.names = args
			return a.restore(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.flags(f)
	o.keyFlags(f)
	f.StringVar(&o.to, "to", "", "`folder` that becomes the site's root")
	f.StringVar(&o.only, "only", "", "restore only this `part`: db or files")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be done, and change nothing")
	return cmd
}

func (o *restoreOptions) check() error {
	switch {
	case o.only != "" && o.only != "db" && o.only != "files":
		return usage(fmt.Errorf("--only %q: it must be db or files", o.only))
	case o.wants(manifest.FilesStream) && o.to == "":
		return usage(errors.New("give the folder to restore the files to with --to PATH, or --only db"))
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
	reader, run, err := a.openRun(ctx, &o.chosenRuns)
	if err != nil {
		return err
	}
	parts, err := a.restoreParts(ctx, &o, reader, run)
	if err != nil {
		return err
	}
	bar := a.newDownloadBar("restoring", run.Bytes())
	defer bar.close()
	reader.Stored = bar.add
	return restore.Run(ctx, reader, run, o.dryRun, parts...)
}

// restoreParts are the parts that are to be restored, in the order in which they are
// switched: the database, then the files.
func (a *app) restoreParts(ctx context.Context, o *restoreOptions, reader *content.Reader, run *catalog.Run) (parts []restore.Part, err error) {
	details, err := reader.Details(ctx, run)
	if err != nil {
		return nil, err
	}
	if o.wants(manifest.DatabaseStream) && (o.only != "" || run.Kind.Has(manifest.DatabaseStream)) {
		part, err := a.databasePart(ctx, o, run, details)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if o.wants(manifest.FilesStream) && (o.only != "" || run.Kind.Has(manifest.FilesStream)) {
		parts = append(parts, a.filesPart(ctx, o, run, details))
	}
	return parts, nil
}

// databasePart restores the database of a run.
func (*app) databasePart(context.Context, *restoreOptions, *catalog.Run, *manifest.Details) (restore.Part, error) {
	return nil, usage(errors.New("this version restores no database; give --only files, and load the dump by hand as docs/restore.md says"))
}

// filesPart restores the files of a run.
func (a *app) filesPart(ctx context.Context, o *restoreOptions, run *catalog.Run, details *manifest.Details) restore.Part {
	return &tree.Target{
		Path: o.to, Root: rootInArchive(details), MaxBytes: rawBytes(run, manifest.FilesStream),
		Note: func(text string) { a.warn(ctx, text) },
	}
}
