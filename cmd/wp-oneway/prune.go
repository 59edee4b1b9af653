package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
)

func (a *app) pruneCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prune [--to DIR]",
		Short: "Remove old backups from folders",
		Long: `Remove from folders the backups that no keep rule keeps, and print which backups stay,
and why. Without --to, prune works on the folders among the configured sinks. It cannot
delete anything in a bucket; wp-oneway policy prints lifecycle rules for buckets.

Rules apply to each site and kind separately. A backup stays if at least one rule keeps
it. The newest complete backup of a site and kind always stays, and so do backups that are
dated in the future. Files of unfinished backups are removed after 48 hours, unless the
site is being backed up.

Rules come from the flags, and from the configuration: for all sites, for a sink, for a
site and for a kind (see docs/retention.md). Without any rule nothing is removed.

Exit status: 0 done; 1 something could not be removed; 2 wrong usage or configuration,
or no rule; 75 nothing failed, but a site was skipped because it is being backed up.`,
		Example: `  wp-oneway prune --to /var/backups/wp --keep-daily 7 --keep-weekly 5 --dry-run
  wp-oneway prune --to /var/backups/wp --keep-within 14d --max-size 200GiB`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.prune(cmd.Context()) },
	}
	settings.Keys().AddFlags(cmd.Flags(), "sinks", "dry_run")
	cmd.Flags().Lookup("dry-run").Usage = "print what would be removed, and remove nothing"
	settings.Keys().AddFlags(cmd.Flags(), settings.KeepFlags()...)
	return cmd
}

// prune prunes the folders of the sinks.
func (a *app) prune(ctx context.Context) error {
	configured, _, err := sites.Configured(ctx, a.config, &sites.Selection{})
	if err != nil {
		return err
	}
	k, err := sites.Keeper(a.config, configured)
	if err != nil {
		return err
	}
	runner, err := a.agent()
	if err != nil {
		return err
	}
	folders, remote, err := k.PruneFolders(ctx, runner.Host)
	if err != nil {
		return err
	}
	for _, sink := range remote {
		if a.config.Forced("sinks") || len(folders) == 0 {
			return exit.Usage(fmt.Errorf("prune %s: the agent deletes nothing in a bucket; let the bucket expire old backups with the rules of wp-oneway policy", sink))
		}
	}
	if !k.KeepsAnything(folders) {
		return exit.Usage(errors.New("no keep rule is set, so nothing is removed; give a rule such as --keep-daily 7, or set one in the configuration"))
	}
	status := manifest.OK
	for _, f := range folders {
		pruned, err := runner.Prune(ctx, f.Dir, f.Sink, k, a.config.DryRun)
		if err != nil {
			a.Tell(ctx, slog.LevelError, "", err.Error())
			status = manifest.Failed
			continue
		}
		if err := a.printPruned(pruned); err != nil {
			return err
		}
		switch a.tellPruned(ctx, pruned); {
		case len(pruned.Errors) > 0:
			status = manifest.Failed
		case len(pruned.Locked) > 0 && status == manifest.OK:
			status = manifest.Locked
		}
	}
	if status != manifest.OK {
		return exit.Printed(status)
	}
	return nil
}

// tellPruned prints the warnings, the sites that were skipped because they are locked, and the
// errors.
func (a *app) tellPruned(ctx context.Context, p *agent.Pruned) {
	if !a.config.Quiet {
		for _, text := range p.Warnings {
			a.Tell(ctx, slog.LevelWarn, "warning: ", text)
		}
	}
	for _, site := range p.Locked {
		a.Tell(ctx, slog.LevelError, "", site+" was not pruned: another run of this site is in progress; prune again later")
	}
	for _, err := range p.Errors {
		a.Tell(ctx, slog.LevelError, "", err.Error())
	}
}

// printPruned prints which runs are kept and which are removed, and why.
func (a *app) printPruned(p *agent.Pruned) error {
	t := console.Table{Gap: 2, Fold: true, Columns: []console.Column{{}, {Optional: true}, {Optional: true}, {}, {}}}
	t.Add("BACKUP", "KIND", "SIZE", "", "WHY")
	stay, go_, bytes := 0, 0, int64(0)
	for _, plan := range p.Plans {
		for _, r := range plan.Runs {
			decision := "keep"
			if r.Goes {
				decision, go_, bytes = "remove", go_+1, bytes+r.Bytes
			} else {
				stay++
			}
			t.Add(r.Name, plan.Kind.Key, humanize.IBytes(uint64(r.Bytes)), decision, strings.Join(r.Why, ", "))
		}
	}
	verb := "removed"
	if a.config.DryRun {
		verb = "to be removed"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Dir)
	if stay+go_ > 0 {
		t.Write(&b, console.ScreenOf(a.Out))
	}
	fmt.Fprintf(&b, "%d backups stay; %s: %d (%s)\n", stay, verb, go_, humanize.IBytes(uint64(bytes)))
	if _, err := a.Out.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}
