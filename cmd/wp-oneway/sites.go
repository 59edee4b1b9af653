package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/progress"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/cmd/view"
)

// sitesOptions are the arguments and flags of sites.
type sitesOptions struct {
	roots []string
	json  bool
}

func (a *app) sitesCommand() *cobra.Command {
	var o sitesOptions
	cmd := &cobra.Command{
		Use:   "sites [ROOT…]",
		Short: "List the WordPress sites of this host",
		Long: `List the WordPress sites of this host: those that backup --all backs up, and those
that it does not back up, with the reason. The command searches below each ROOT, which
is a folder or a quoted pattern of folders. Without ROOT, it searches below the
configured roots, or in the usual places of web hosts, and also lists the configured
sites. It reads each configuration with the rights of the site's owner, and opens no
database connection.

Exit status: 0 sites were found; 1 no site was found; 2 wrong usage or configuration.`,
		Example: `  wp-oneway sites
  wp-oneway sites /srv '/home/*/public_html' --json`,
		RunE: func(cmd *cobra.Command, roots []string) error {
			o.roots = roots
			return a.sites(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

func (a *app) sites(ctx context.Context, o sitesOptions) error {
	chosen, err := sites.Search(ctx, a.config, o.roots)
	if err != nil {
		return err
	}
	if len(o.roots) > 0 && len(chosen.Missing) > 0 {
		return exit.Usage(fmt.Errorf("search %q: there is no such folder", chosen.Missing[0]))
	}
	jobs, _, err := sites.Jobs(ctx, a.config, chosen.Entries)
	if err != nil {
		return err
	}
	runner, err := a.agent()
	if err != nil {
		return err
	}
	survey := runner.Survey(ctx, jobs)
	if err := ctx.Err(); err != nil {
		return err
	}
	survey.Unsearched, survey.Missing = chosen.Notes, chosen.Missing
	if o.json {
		err = a.PrintJSON(survey)
	} else {
		progress.New(a.Console, a.config.Verbose).WarnUnsearched(chosen)
		err = a.printSites(survey)
	}
	if err != nil {
		return err
	}
	if len(survey.Sites) == 0 {
		return fmt.Errorf("%w%s", sites.ErrNoSite, searched(o.roots, a.config.Roots))
	}
	return nil
}

// searched names the folders that were searched, as text.
func searched(given, configured []string) string {
	switch {
	case len(given) > 0:
		return fmt.Sprintf(" below %s; give another folder, or none to search the usual places", strings.Join(given, ", "))
	case len(configured) > 0:
		return fmt.Sprintf(" below the configured roots %s; correct roots", strings.Join(configured, ", "))
	}
	return " in the known places; give a ROOT to search"
}

// printSites prints the table of sites.
func (a *app) printSites(survey *agent.Survey) error {
	if _, err := io.WriteString(a.Out, view.Sites(survey, console.ScreenOf(a.Out))); err != nil {
		return fmt.Errorf("print the sites: %w", err)
	}
	return nil
}
