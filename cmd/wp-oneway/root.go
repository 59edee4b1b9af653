package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/cmd/restoring"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/secret"
)

// An app holds what the commands share.
type app struct {
	*console.Console
	config  *settings.Configuration // loaded before the command runs
	command *cobra.Command          // the command that ran
	told    bool                    // the result of a backup was notified, or must not be
	// passphrase seals the backups of a compat command. No other command has it in memory.
	passphrase secret.Text
}

// newApp returns the program for a command line.
func newApp(s console.Streams) *app { return &app{Console: console.New(s)} }

// execute runs the command that the arguments name.
func (a *app) execute(ctx context.Context, args []string) error {
	root := a.rootCommand() //nolint:contextcheck // each command gets ctx when it runs
	root.SetArgs(restoring.JoinPairs(args))
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	var err error
	a.command, err = root.ExecuteContextC(ctx)
	return err
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "wp-oneway",
		Short: "Back up WordPress sites one way",
		Long: `wp-oneway backs up WordPress sites into a folder or a bucket, one way: its
credential can create objects, but cannot read, list, overwrite or delete them. It
reads wp-config.php without running PHP, dumps the database itself, and streams the
database and the files to the sinks without temporary copies.

Standard tools can restore every archive without wp-oneway: cat, zstd or gzip, age or
gpg, tar, and mysql --binary-mode.`,
		Version:           version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		PersistentPreRunE: a.preRun,
		Annotations:       noConfig(), Args: cobra.ArbitraryArgs, DisableFlagsInUseLine: true, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.String("config", "", "configuration `file` (default /etc/wp-oneway/config.yaml, else ~/.config/wp-oneway/config.yaml)")
	settings.Keys().AddFlags(flags, "quiet", "verbose", "log_format")
	root.AddCommand(a.setupCommand(), a.backupCommand(), a.dumpCommand(), a.sitesCommand(), a.statusCommand(), a.inspectCommand(), a.doctorCommand(), a.policyCommand(), a.notifyCommand(), a.scheduleCommand(), a.listCommand(), a.verifyCommand(), a.getCommand(), a.restoreCommand(), a.drillCommand(), a.pruneCommand(), a.configCommand(), a.versionCommand(), a.manCommand(), a.compatCommand(), a.workerCommand(), a.restoreWorkerCommand(), a.launchPHPCommand(), a.serveInsideCommand())
	adaptBuiltins(root)
	return root
}

// unknownCommand returns the error about a command that does not exist.
func unknownCommand(root *cobra.Command, name string) error {
	hint := ""
	if similar := root.SuggestionsFor(name); len(similar) > 0 {
		hint = "do you mean " + strings.Join(similar, " or ") + "? "
	}
	return exit.Usage(fmt.Errorf("unknown command %q; %ssee wp-oneway --help", name, hint))
}

// flagError returns the error about a flag that a command does not accept.
func flagError(cmd *cobra.Command, err error) error {
	hint := ""
	if unknown := (*pflag.NotExistError)(nil); errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if similar := keys.Nearest(unknown.GetSpecifiedName(), names); similar != "" && len(unknown.GetSpecifiedName()) > 1 {
			hint = "do you mean --" + similar + "? "
		}
	}
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
		if wanted := valueWanted(invalid.GetFlag().Value.Type()); wanted != "" {
			err = fmt.Errorf("--%s %q: give %s", invalid.GetFlag().Name, invalid.GetValue(), wanted)
		}
	}
	return exit.Usage(fmt.Errorf("%w; %ssee %s --help", err, hint, cmd.CommandPath()))
}

// valueWanted describes the values that a type of flags accepts. It returns "" if the flag's own
// errors do so.
func valueWanted(kind string) string {
	switch kind {
	case "int", "int64":
		return "a whole number, such as 5"
	case "duration":
		return "a duration, such as 90s, 30m or 26h"
	case "bool":
		return "true or false"
	}
	return ""
}

// preRun checks the arguments and loads the configuration before a command runs.
func (a *app) preRun(cmd *cobra.Command, args []string) error {
	if completing(cmd) {
		return nil
	}
	if err := checkEmpty(cmd, args); err != nil {
		return exit.Usage(err)
	}
	return a.prepare(cmd)
}

// checkEmpty refuses empty arguments and values, because they come from variables that a script
// forgot to set. If they were ignored, the command would do something else, such as back up
// without sealing, or to another sink.
func checkEmpty(cmd *cobra.Command, args []string) error {
	if slices.Contains(args, "") {
		return fmt.Errorf("an argument is empty; give %s a PATH, or omit the argument", cmd.CommandPath())
	}
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			empty = slices.Contains(list.GetSlice(), "")
		}
		if empty {
			err = fmt.Errorf("--%s is empty; give it a value, or omit it", f.Name)
		}
	})
	return err
}

// prepare loads the configuration and sets up the log, before any command runs.
func (a *app) prepare(cmd *cobra.Command) error {
	if cmd.Annotations["config"] == "none" {
		return nil
	}
	setHome()
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return err
	}
	if a.config, err = settings.Load(cmd.Flags(), path); err != nil {
		return exit.Usage(err)
	}
	a.config.Passphrase = a.passphrase
	defer a.logSkipped(cmd.Context())
	a.Quiet = a.config.Quiet
	level := slog.LevelWarn
	switch {
	case a.config.Verbose:
		level = slog.LevelDebug
	case a.config.Quiet:
		level = slog.LevelError
	}
	if a.config.LogFormat == "text" {
		a.Log = slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: level}))
		return nil
	}
	if !a.config.Quiet {
		level = min(level, slog.LevelInfo)
	}
	a.Log, a.JSON = slog.New(slog.NewJSONHandler(a.Err, &slog.HandlerOptions{Level: level})), true
	return nil
}

// logSkipped logs which file was not read.
func (a *app) logSkipped(ctx context.Context) {
	if a.config.Skipped != "" {
		a.Log.DebugContext(ctx, "this user may not read the configuration of the system; it is not used", "file", a.config.Skipped)
	}
}

// noArguments refuses all arguments.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exit.Usage(fmt.Errorf("%s takes no argument such as %q; see %s --help", cmd.Name(), args[0], cmd.CommandPath()))
	}
	return nil
}

// onePath requires exactly one path.
func onePath(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		what := "PATH, the site's folder"
		if _, argument, _ := strings.Cut(cmd.Use, " "); argument != "PATH" {
			what = argument
		}
		return exit.Usage(fmt.Errorf("%s needs one %s, not %d; see %s --help", cmd.Name(), what, len(args), cmd.CommandPath()))
	}
	return nil
}

// setHome sets HOME from the user database if the environment has none, as in a systemd service.
// The configuration, the credentials and the backups are in the home folder.
func setHome() {
	if os.Getenv("HOME") != "" {
		return
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		_ = os.Setenv("HOME", u.HomeDir) // if it stays unset, the code that needs it returns an error
	}
}
