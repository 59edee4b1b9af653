package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/state"
)

func (a *app) backupCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "backup [PATH…|--all] --to URL…",
		Short: "Back up sites into one or more sinks",
		Long: `Back up sites: the database as SQL and the files as tar, both at once, each
compressed, sealed if there is a recipient, and streamed to every sink. A run is a
backup once its manifest, stored last, is there.

Without PATH and --all, the configured sites are backed up. Without --to, and
with none configured, backups go to ~/backups. In a URL, {host}, {kind}, {site}
and {owner} stand for the host's name, the kind of backup, and the site's name and
owner.

Every flag but --all is a key of the configuration, with underscores, and an
environment variable: --no-uploads is no_uploads and WP_ONEWAY_NO_UPLOADS. --to is
sinks, --recipient encryption.age_recipients, --recipients-file
encryption.recipients_file, --passphrase-file encryption.passphrase_file; --config
is WP_ONEWAY_CONFIG alone. Keys without a flag are sites, roots, limits.sites (how
many at once), limits.bandwidth (of the files of all sites on their way to
buckets, such as 20MiB/s), limits.timeout (of a run), limits.stall (after which a
destination that does not move is given up), limits.nice (as nice -n: 10 leaves the
processors to the sites while they need them), and encryption.required (refuse
backups that are not sealed).

With --require-one-way, a sink that doctor has not found one-way with this
credential in the last 7 days is refused before anything is read, and counts as a
destination that failed; nothing is asked of it. A folder never is one-way.

Exit status: 0 every site is backed up, completely; 3 published, but something a
site has could not be read; 1 a site or a destination failed, or no site was
found; 2 bad usage or configuration; 75 another run of the site was under way.`,
		Example: `  wp-oneway backup /var/www/example.com --to 's3://vault/{host}?region=eu-central-1'
  wp-oneway backup /srv/shop/web --kind db --to /var/backups/wp
  wp-oneway backup --all --to s3://vault --recipient age1…`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			return a.backup(cmd.Context(), paths, all)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "back up every site below the configured roots or in the known places, and the configured sites")
	f.StringArray("to", nil, "sink `URL`, may be repeated: a folder, s3://bucket/prefix?…")
	f.String("kind", "full", "what to back up: full, db or files")
	f.Bool("no-uploads", false, "leave the uploads out")
	f.Bool("with-core", false, "take WordPress' own files too")
	f.StringArray("include", nil, "`pattern` of files to take although an exclude matches; may be repeated")
	f.StringArray("exclude", nil, "`pattern` of files to leave out; may be repeated")
	f.Bool("no-default-excludes", false, "take caches, logs and other plugins' backups too")
	f.String("compression", "zstd", "zstd, gzip or none")
	f.Int("level", 0, "compression `level`: zstd 1 to 22, gzip 1 to 9 (default: the compression's own)")
	f.StringArray("recipient", nil, "seal to this age or SSH public `key`; may be repeated")
	f.String("recipients-file", "", "seal to the age, SSH or OpenPGP public keys in this `file`")
	f.String("passphrase-file", "", "seal with GnuPG and the passphrase in this `file`")
	f.String("name", "", "the site's `name` in the sinks (default: from its path)")
	f.Bool("require-one-way", false, "refuse sinks that doctor has not found one-way in the last 7 days")
	f.Bool("dry-run", false, "say what would be backed up; send nothing")
	f.Bool("json", false, "print the report as JSON")
	dumpFlags(f)
	siteFlags(f)
	return cmd
}

// backup runs the jobs, tells people, prints the report if asked, and returns
// the exit status.
func (a *app) backup(ctx context.Context, paths []string, all bool) error {
	s, err := a.load()
	if err != nil {
		return usage(err)
	}
	if err := beNice(s.Limits.Nice); err != nil {
		a.log.Warn("the backup runs with the priority that it was started with: " + err.Error())
	}
	jobs, chosen, err := a.jobs(ctx, paths, all)
	if err != nil {
		return err
	}
	if len(jobs) == 0 && len(chosen.missing) == 0 {
		return fmt.Errorf("%w in the known places or below the configured roots; give its PATH", errNoSite)
	}
	dense, err := a.dense(chosen.entries)
	if err != nil {
		return usage(err)
	}
	limitMemory(backupMemory(s.Limits.Sites, dense))
	dirs, err := state.DefaultDirs()
	if err != nil {
		return err
	}
	screen := newScreen(a.io, a.config.GetBool("quiet"), a.config.GetBool("verbose"), a.config.GetString("log_format"), a.log)
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("find the host's name: %w", err)
	}
	runner := &agent.Agent{
		Version: version, Host: host, Dirs: dirs, Sites: s.Limits.Sites, Bandwidth: int64(s.Limits.Bandwidth), Log: a.log,
		Progress: screen.progress, Finished: screen.site,
	}
	screen.unsealed(jobs)
	screen.unsearched(chosen)
	report := runner.Backup(ctx, jobs)
	chosen.complain(report)
	screen.close()
	if a.config.GetBool("json") {
		text, err := report.JSON()
		if err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
		if _, err := a.io.out.Write(append(text, '\n')); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
	}
	if code := report.Status.ExitCode(); code != 0 {
		return &exitError{code: code}
	}
	return nil
}
