package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/notify"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// notifyOptions are the flags of notify.
type notifyOptions struct {
	test   bool
	failed string
}

func (a *app) notifyCommand() *cobra.Command {
	var o notifyOptions
	cmd := &cobra.Command{
		Use:   "notify --test|--failed TEXT",
		Short: "Test the notifications, or report a failure that backup could not report",
		Long: `With --test, send a test message to each configured service and mail address, and to the
dead man's switches. Healthchecks gets it as a log signal, which does not change the state
of the check. Uptime Kuma has no such signal, and gets "up".

With --failed, report that no backup was made, in the same way as a failed backup does.
Use it for failures that backup cannot report itself, such as when it was killed.

docs/notifications.md describes the keys: notifications, email, healthchecks,
uptime_kuma, notification_level, and the templates.

Exit status: 0 all messages were sent; 1 one could not be sent; 2 wrong usage or
configuration, or no service is configured.`,
		Example: `  wp-oneway notify --test
  wp-oneway notify --failed "the backup was killed"`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.notify(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.test, "test", false, "send a test message to all services and addresses")
	cmd.Flags().StringVar(&o.failed, "failed", "", "report that no backup was made, with `TEXT` as the reason")
	return cmd
}

// notify sends a notification to all channels, and prints the results.
func (a *app) notify(ctx context.Context, o notifyOptions) error {
	if o.test == (o.failed != "") {
		return exit.Usage(errors.New("give either --test or --failed TEXT; see wp-oneway notify --help"))
	}
	var results []notify.Result
	if o.test {
		host, err := os.Hostname()
		if err != nil {
			return err
		}
		results = a.config.Notifier().Test(ctx, host, version)
	} else {
		results = a.tellFailed(ctx, errors.New(o.failed))
	}
	if len(results) == 0 {
		return exit.Usage(fmt.Errorf("%s: no notification is configured; set notifications, email.to, healthchecks.ping_url or uptime_kuma.push_url", a.config.At("")))
	}
	var failed error
	for _, r := range results {
		if r.Err != nil {
			a.Report(ctx, fmt.Sprintf("%s: %v", r.Channel, r.Err))
			failed = exit.Printed(manifest.Failed)
		} else if !a.config.Quiet {
			fmt.Fprintf(a.Out, "%s: sent\n", r.Channel)
		}
	}
	return failed
}

// tellFailed notifies all channels that no backup was made, and why.
func (a *app) tellFailed(ctx context.Context, why error) []notify.Result {
	host, _ := os.Hostname() // without the host's name, the notification is still useful
	report := failedReport(manifest.Report{Version: manifest.Version, Agent: version, Host: host, Started: time.Now().UTC()}, why)
	return a.config.Notifier().Finish(ctx, report, "")
}

// tellUnstarted notifies that a backup ended before there was a result, for example because the
// configuration is wrong.
func (a *app) tellUnstarted(ctx context.Context, err error) {
	if a.told || a.command == nil || a.command.Name() != "backup" {
		return
	}
	flags := a.command.Flags()
	path, _ := flags.GetString("config") // each command has this flag
	if dry, flagErr := flags.GetBool("dry-run"); dry || flagErr != nil {
		return
	}
	a.tellSalvaged(ctx, path, err)
}

// tellSalvaged notifies the channels of a configuration that has an error, as far as it can be
// read.
func (a *app) tellSalvaged(ctx context.Context, configPath string, err error) {
	n := settings.SalvagedNotifier(configPath)
	if n == nil {
		return
	}
	host, _ := os.Hostname() // without the host's name, the notification is still useful
	report := failedReport(manifest.Report{Version: manifest.Version, Agent: version, Host: host, Started: time.Now().UTC()}, err)
	a.warnUntold(n.Finish(context.WithoutCancel(ctx), report, a.Recent.Text()))
}
