package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/state"
)

func (a *app) sitesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sites [ROOT…]",
		Short: "List the WordPress sites of this host",
		Long: `List the WordPress sites of this host: what backup --all takes, and what it does
not, and why. Sites are searched below each ROOT, a folder or a quoted pattern of
folders, else below the configured roots, else where hosts are known to keep them;
without ROOT, the configured sites are listed too. Configurations are read, with
their owners' rights, and nothing is connected to.

Exit status: 0 sites were found; 1 none was; 2 bad usage or configuration.`,
		Example: `  wp-oneway sites
  wp-oneway sites /srv '/home/*/public_html' --json`,
		RunE: func(cmd *cobra.Command, roots []string) error { return a.sites(cmd.Context(), roots, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) sites(ctx context.Context, roots []string, asJSON bool) error {
	s, err := a.load()
	if err != nil {
		return usage(err)
	}
	chosen, err := a.search(ctx, s, roots)
	if err != nil {
		return err
	}
	if len(roots) > 0 && len(chosen.missing) > 0 {
		return usage(fmt.Errorf("search %q: there is no such folder", chosen.missing[0]))
	}
	jobs, err := a.jobsOf(s, chosen.entries)
	if err != nil {
		return err
	}
	dirs, err := state.DefaultDirs()
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("find the host's name: %w", err)
	}
	survey := (&agent.Agent{Version: version, Host: host, Dirs: dirs, Log: a.log}).Survey(ctx, jobs)
	if err := ctx.Err(); err != nil {
		return err
	}
	survey.Unsearched, survey.Missing = chosen.notes, chosen.missing
	if asJSON {
		err = a.printJSON(survey)
	} else {
		newScreen(a.io, a.config.GetBool("quiet"), a.config.GetBool("verbose"), a.config.GetString("log_format"), a.log).unsearched(chosen)
		err = a.printSites(survey)
	}
	if err != nil {
		return err
	}
	if len(survey.Sites) == 0 {
		return fmt.Errorf("%w%s", errNoSite, where(roots, s.Roots))
	}
	return nil
}

// where says where sites were searched.
func where(given, configured []string) string {
	switch {
	case len(given) > 0:
		return fmt.Sprintf(" below %q", given)
	case len(configured) > 0:
		return fmt.Sprintf(" below the configured roots %q", configured)
	}
	return " in the known places; name a ROOT to search"
}

// printSites prints a table for people, and below it what its cells are too
// narrow for.
func (a *app) printSites(survey *agent.Survey) error {
	t := siteTable(survey, a.width())
	if _, err := a.io.out.Write([]byte(t)); err != nil {
		return fmt.Errorf("print the sites: %w", err)
	}
	return nil
}
