package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
)

// scheduleFailedCommand is what systemd's OnFailure= and the entries of cron run after a
// run that did not end well.
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

// crashed is the error of a run that was killed or that never started; nil of one that
// ended by itself, and has said why. The exit status comes from cron's entry, or else
// from systemd, which passes it since version 251.
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
	return errors.New("schedule " + args[0] + ": the run ended before its end, or never began (" + cmp.Or(how, "unknown reason") + "); no backup was reported: see wp-oneway status and the log")
}
