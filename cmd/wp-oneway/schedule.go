package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/schedules"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// scheduleHelp is the help of schedule install.
const scheduleHelp = `Install schedules for backups, as systemd timers, or as cron entries if the host has no
systemd. Installing a schedule again replaces it. Units and entries that do not belong to
wp-oneway are never changed.

NAME is the name of an entry of schedules in the configuration:

    schedules:
    - {name: hourly, kind: db, when: every 1h}
    - {name: nightly, kind: full, when: 'daily 03:30', sites: [/srv/shop/web]}

Without NAME, all of them are installed. If there are none, the schedule "default" is
installed, which backs up the configured sites, or all sites of the host. Set the time
either with the key when or with a flag, not with both: daily 03:30, every 6h, hourly,
daily, weekly, monthly, the five fields of a crontab entry, or a calendar event of
systemd. So that hosts do not all start at once, each host adds a fixed delay of up to a
tenth of the interval, at most half an hour.

A scheduled run does not have the environment variables of your shell: write settings
into the configuration file. install creates local sinks, because the service can write
only to these and to its state folder.`

// scheduleOptions are the flags of schedule install.
type scheduleOptions struct {
	daily, every, onCalendar string
	systemd, cron, user      bool
	print                    bool
}

func (a *app) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule install|remove|show",
		Short: "Schedule backups with systemd or cron",
		Example: `  wp-oneway schedule install --daily 03:30
  wp-oneway schedule show`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit.Usage(fmt.Errorf("unknown command %q; use install, remove or show", args[0]))
			}
			return cmd.Help()
		},
		Annotations: noConfig(),
	}
	cmd.AddCommand(a.scheduleInstallCommand(), a.scheduleRemoveCommand(), a.scheduleShowCommand(), a.scheduleFailedCommand())
	return cmd
}

func (a *app) scheduleInstallCommand() *cobra.Command {
	var o scheduleOptions
	cmd := &cobra.Command{
		Use:   "install [NAME]",
		Short: "Install one schedule, or all configured ones",
		Long:  scheduleHelp,
		Example: `  wp-oneway schedule install --daily 03:30
  wp-oneway schedule install nightly
  wp-oneway schedule install --every 6h --cron --print`,
		Args: atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.installSchedules(cmd.Context(), o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.daily, "daily", "", "run every day at this `time`, such as 03:30")
	f.StringVar(&o.every, "every", "", "run at this `interval`, such as 6h or 15m")
	f.StringVar(&o.onCalendar, "on-calendar", "", "run at the times of this calendar `event` of systemd, or at those of the five fields of a crontab entry")
	f.BoolVar(&o.systemd, "systemd", false, "use systemd")
	f.BoolVar(&o.cron, "cron", false, "use cron")
	f.BoolVar(&o.user, "user", false, "use your own user units or crontab instead of the system's (always on for users other than root)")
	f.BoolVar(&o.print, "print", false, "print the files that would be written, and change nothing")
	return cmd
}

func (a *app) scheduleRemoveCommand() *cobra.Command {
	var user bool
	cmd := &cobra.Command{
		Use:   "remove [NAME]",
		Short: "Remove one installed schedule, or all of them",
		Example: `  wp-oneway schedule remove
  wp-oneway schedule remove nightly --user`,
		Args: atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.removeSchedules(cmd.Context(), user, args)
		},
	}
	cmd.Flags().BoolVar(&user, "user", false, "use your own user units or crontab instead of the system's (always on for users other than root)")
	return cmd
}

func (a *app) scheduleShowCommand() *cobra.Command {
	var user bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print the configured and the installed schedules",
		Example: `  wp-oneway schedule show
  wp-oneway schedule show --user`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.showSchedules(cmd.Context(), user)
		},
	}
	cmd.Flags().BoolVar(&user, "user", false, "use your own user units or crontab instead of the system's (always on for users other than root)")
	return cmd
}

func atMostOneName(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return exit.Usage(fmt.Errorf("%s takes one NAME, not %d; see %s --help", cmd.Name(), len(args), cmd.CommandPath()))
	}
	return nil
}

// when returns the time that a flag gives, or "".
func (o scheduleOptions) when() (string, error) {
	var given []string
	for prefix, value := range map[string]string{"daily ": o.daily, "every ": o.every, "": o.onCalendar} {
		if value != "" {
			given = append(given, prefix+value)
		}
	}
	if len(given) > 1 {
		return "", exit.Usage(errors.New("--daily, --every and --on-calendar exclude each other; give one of them"))
	}
	return strings.Join(given, ""), nil
}

// installSchedules installs the schedules that the arguments choose.
func (a *app) installSchedules(ctx context.Context, o scheduleOptions, args []string) error {
	if o.systemd && o.cron {
		return exit.Usage(errors.New("--systemd and --cron exclude each other; give one of them"))
	}
	flag, err := o.when()
	if err != nil {
		return err
	}
	chosen, err := schedules.Choose(a.config, flag, args)
	if err != nil {
		return err
	}
	host, err := schedules.Host(o.user)
	if err != nil {
		return err
	}
	by, err := host.Choose(o.systemd, o.cron, o.print)
	if err != nil {
		return exit.Usage(err)
	}
	entries, err := schedules.Entries(ctx, a.config, host, by, chosen)
	if err != nil {
		return exit.Usage(err)
	}
	if o.print {
		return a.printSchedules(ctx, by, entries)
	}
	for _, e := range entries {
		if err := by.Install(ctx, e); err != nil {
			return err
		}
		if _, err := host.Remove(ctx, e.Name, by); err != nil {
			return err
		}
		a.tellNext(ctx, by, e)
	}
	if host.User() && by.String() != schedule.ByCron {
		return host.Linger(ctx)
	}
	return nil
}

// printSchedules prints the files that Install would write.
func (a *app) printSchedules(ctx context.Context, by schedule.Scheduler, entries []schedule.Entry) error {
	files, err := by.Files(ctx, entries...)
	if err != nil {
		return exit.Usage(err)
	}
	for i, f := range files {
		if len(files) > 1 {
			fmt.Fprintf(a.Out, "%s# %s\n", strings.Repeat("\n", min(i, 1)), f.Path)
		}
		fmt.Fprint(a.Out, f.Text)
	}
	return nil
}

// tellNext prints what was installed.
func (a *app) tellNext(ctx context.Context, by schedule.Scheduler, e schedule.Entry) {
	if a.config.Quiet {
		return
	}
	text := fmt.Sprintf("installed schedule %s (%s) with %s", e.Name, e.Times, by)
	if times, err := schedule.Elapses(ctx, schedule.Exec, e.Times, time.Now(), 1); err == nil {
		text += "; next run: " + times[0].Local().Format(time.DateTime)
	}
	if e.Window > 0 {
		text += fmt.Sprintf(", up to %s later", e.Window)
	}
	fmt.Fprintln(a.Err, text)
}

// removeSchedules removes a schedule, or all, wherever they are installed.
func (a *app) removeSchedules(ctx context.Context, user bool, args []string) error {
	host, err := schedules.Host(user)
	if err != nil {
		return err
	}
	installed, err := host.Installed(ctx)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		installed = slices.DeleteFunc(installed, func(i schedule.Installed) bool { return i.Name != args[0] })
	}
	if len(installed) == 0 {
		return exit.Usage(fmt.Errorf("no such schedule is installed%s; see wp-oneway schedule show", strings.Join(append([]string{""}, args...), ": ")))
	}
	for _, i := range installed {
		if _, err := host.Remove(ctx, i.Name, nil); err != nil {
			return err
		}
		if !a.config.Quiet {
			fmt.Fprintf(a.Err, "removed schedule %s from %s\n", i.Name, i.File)
		}
	}
	return nil
}

// showSchedules prints a table of the schedules.
func (a *app) showSchedules(ctx context.Context, user bool) error {
	host, err := schedules.Host(user)
	if err != nil {
		return err
	}
	installed, err := host.Installed(ctx)
	if err != nil {
		return err
	}
	t := console.Table{Gap: 2, Fold: true, Columns: make([]console.Column, 6)}
	t.Add("NAME", "KIND", "WHEN", "NEXT RUN", "INSTALLED", "SITES")
	for _, i := range installed {
		s, err := a.config.Schedule(i.Name)
		by := i.By
		switch {
		case err != nil:
			by += ", not configured"
		case s.When != "" && s.When != i.When:
			by += ", now configured: " + s.When
		}
		t.Add(i.Name, cmp.Or(s.Kind, a.config.Kind), i.When, nextRun(ctx, i.When), by, a.sitesOf(s))
	}
	for _, s := range a.config.Schedules {
		if !slices.ContainsFunc(installed, func(i schedule.Installed) bool { return i.Name == s.Name }) {
			t.Add(s.Name, cmp.Or(s.Kind, a.config.Kind), cmp.Or(s.When, "-"), "-", "no", a.sitesOf(s))
		}
	}
	if len(t.Rows) == 1 {
		fmt.Fprintln(a.Err, "no schedule is configured or installed; see wp-oneway schedule install --help")
		return nil
	}
	var b strings.Builder
	t.Write(&b, console.ScreenOf(a.Out))
	_, err = a.Out.Write([]byte(b.String()))
	return err
}

// nextRun returns the time of the next run, without the random delay that spreads the load of
// many hosts.
func nextRun(ctx context.Context, when string) string {
	times, err := schedule.ParseTimes(when)
	if err != nil {
		return "-"
	}
	next, err := schedule.Elapses(ctx, schedule.Exec, times, time.Now(), 1)
	if err != nil {
		return "-"
	}
	return next[0].Local().Format(time.DateTime)
}

// sitesOf describes the sites of a schedule.
func (a *app) sitesOf(s settings.Schedule) string {
	switch {
	case len(s.Sites) > 0:
		return strings.Join(s.Sites, " ")
	case len(a.config.Sites) > 0:
		return "those of the configuration"
	}
	return settings.AllSites
}

// scheduleFailedCommand returns the command that OnFailure= of systemd, and the entries of cron,
// run after a run that failed.
func (a *app) scheduleFailedCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "failed NAME [STATUS]",
		Short:  "Report a scheduled run that could not report itself",
		Hidden: true,
		Args:   cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := schedule.CheckName(args[0]); err != nil {
				return exit.Usage(err)
			}
			err := crashed(args, os.Getenv)
			if err != nil {
				a.warnUntold(a.tellFailed(cmd.Context(), err))
			}
			return err
		},
	}
}

// crashed returns the error of a run that was killed or that never started. It returns nil if the
// run ended by itself, because the run has then said why. The exit status comes from the entry of
// cron, or else from systemd, which passes it since version 251.
func crashed(args []string, env func(string) string) error {
	how := ""
	switch code := env("MONITOR_EXIT_CODE"); {
	case len(args) == 2:
		how = args[1]
	case code == "exited":
		how = env("MONITOR_EXIT_STATUS")
	case code != "":
		how = code + " by signal " + env("MONITOR_EXIT_STATUS")
	}
	if status, err := strconv.Atoi(how); err == nil {
		if slices.Contains([]int{0, 1, 2, 3, 75}, status) {
			return nil
		}
		how = fmt.Sprintf("exit status %d", status)
		if status > 128 && status < 160 {
			how = fmt.Sprintf("killed by signal %d", status-128)
		}
	}
	if result := env("MONITOR_SERVICE_RESULT"); result != "" {
		how += ", " + result
	}
	return errors.New("schedule " + args[0] + ": the run was stopped before its end, or did not start (" + cmp.Or(how, "unknown reason") + "); no backup was reported: see wp-oneway status and the log")
}
