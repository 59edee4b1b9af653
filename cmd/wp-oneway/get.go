package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/output"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
)

// getOptions are the arguments and flags of get.
type getOptions struct {
	reading.Runs
	paths  []string
	tables []string
	to     string
}

func (a *app) getCommand() *cobra.Command {
	var o getOptions
	cmd := &cobra.Command{
		Use:   "get --from URL RUN|--latest [PATH…]",
		Short: "Get single files, folders or tables out of a backup",
		Long: `Get single files, folders or tables out of a backup. PATH is relative to the site's root,
such as wp-content/uploads/2026. For a file from outside the root, PATH is its name in the
archive. Without --to, get writes one file to standard output. With --to, it writes files
and folders into that folder, each under the last element of its path. It replaces nothing
there, and nothing appears before it is complete. With --table, it writes SQL that creates
and fills the tables.

get stops reading when it has found everything, so it does not check the rest of the
archive. Names, links and owners in an archive are not trusted: get writes nothing outside
--to, and the files belong to the user who runs the command.

Exit status: 0 everything was found; 1 something was not found, or get failed; 2 wrong usage.`,
		Example: `  wp-oneway get --from /var/backups/wp --latest --site example.com wp-config.php
  wp-oneway get --from s3://vault --latest --site example.com wp-content/uploads --to .
  wp-oneway get --from s3://vault --latest --site example.com --table wp_options > wp_options.sql`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !o.Latest && len(args) > 0 {
				o.Names, args = args[:1], args[1:]
			}
			o.paths = args
			return a.get(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.Flags(f)
	o.KeyFlags(f)
	f.StringVar(&o.to, "to", "", "`folder` to write to, instead of standard output")
	f.StringArrayVar(&o.tables, "table", nil, "get this `table` as SQL; may be repeated")
	return cmd
}

func (o *getOptions) check() error {
	for i, p := range o.paths {
		clean, err := reading.PathInSite(p)
		if err != nil {
			return err
		}
		o.paths[i] = clean
	}
	switch {
	case len(o.paths) > 0 && len(o.tables) > 0:
		return exit.Usage(errors.New("files and tables are in different parts of a backup; give PATH or --table"))
	case len(o.paths) == 0 && len(o.tables) == 0:
		return exit.Usage(errors.New("give a PATH, or --table NAME"))
	case len(o.paths) > 1 && o.to == "":
		return exit.Usage(errors.New("several files need --to, the folder to write them to"))
	}
	return nil
}

func (a *app) get(ctx context.Context, o getOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	reader, run, err := reading.OpenRun(ctx, a.Console, &o.Runs)
	if err != nil {
		return err
	}
	if len(o.tables) > 0 {
		return a.getTables(ctx, reader, run, o)
	}
	details, err := reader.Details(ctx, run)
	if err != nil {
		return err
	}
	in, err := reader.Open(ctx, run, manifest.FilesStream)
	if err != nil {
		return err
	}
	defer in.Close()
	root := reading.RootInArchive(details)
	if o.to == "" {
		return files.Copy(ctx, a.raw(), in, root, o.paths[0])
	}
	sum, err := files.Take(ctx, in, o.to, files.Options{
		Mapping: files.Mapping{Root: root, Include: o.paths}, MaxBytes: reading.RawBytes(run, manifest.FilesStream),
	})
	if err != nil {
		return err
	}
	for _, link := range sum.LeadOut {
		a.Warn(ctx, "the link leads out of the requested paths: "+link)
	}
	if len(sum.Missing) > 0 {
		return fmt.Errorf("get %q: the backup has no such file or folder", sum.Missing[0])
	}
	return nil
}

// raw returns standard output for data, which is written without escapes.
func (a *app) raw() io.Writer { return console.Unescaped(a.Out) }

// getTables writes the SQL of tables.
func (a *app) getTables(ctx context.Context, reader *content.Reader, run *catalog.Run, o getOptions) (err error) {
	in, err := reader.Open(ctx, run, manifest.DatabaseStream)
	if err != nil {
		return err
	}
	defer in.Close()
	out := bufio.NewWriterSize(a.raw(), 256<<10)
	var file *output.File
	if o.to != "" {
		if file, err = output.Create(filepath.Join(o.to, strings.Join(o.tables, "+")+".sql")); err != nil {
			return err
		}
		defer file.Abandon()
		out.Reset(file)
	}
	missing, err := dumpfile.WriteTables(out, in, o.tables)
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("get table %q: the backup has no such table", missing[0])
	}
	if file != nil {
		return file.Publish()
	}
	return nil
}
