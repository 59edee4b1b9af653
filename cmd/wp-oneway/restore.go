package main

import (
	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/cmd/restoring"
)

func (a *app) restoreCommand() *cobra.Command {
	var o restoring.Options
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
			o.Names = args
			r := restoring.Restorer{Console: a.Console, Config: a.config, Version: version}
			return r.Restore(cmd.Context(), o)
		},
	}
	o.Flags(cmd.Flags())
	return cmd
}
