package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// streams are the process's own; stdout is for data, stderr for people.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// terminal tells whether people watch stderr.
func (s streams) terminal() bool {
	f, ok := s.err.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// An exitError ends the process with a status. Its message, if any, was not
// printed yet.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage marks an error as one of usage or configuration.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: 2, err: err}
}

// app is what the commands share.
type app struct {
	io     streams
	config *viper.Viper
	flags  *pflag.FlagSet // of the command that runs
	log    *slog.Logger
	inJSON bool // what is told on standard error is JSON
}

// tell tells people one line, or the log where that is JSON. A tenant may have
// written parts of it.
func (a *app) tell(ctx context.Context, level slog.Level, what, text string) {
	text = wordpress.Printable(what + text)
	if a.inJSON {
		a.log.Log(ctx, level, text)
		return
	}
	fmt.Fprintf(a.io.err, "wp-oneway: %s\n", text)
}

// run is the whole program but for the process: arguments in, exit status out.
func run(ctx context.Context, args []string, io streams) int {
	a := &app{io: io, config: newConfig(), log: slog.New(slog.DiscardHandler)}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	exit := &exitError{code: 1, err: err}
	errors.As(err, &exit)
	if exit.err != nil {
		a.tell(ctx, slog.LevelError, "", strings.ReplaceAll(strings.TrimSpace(exit.err.Error()), "\n", "; "))
	}
	return exit.code
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "wp-oneway",
		Short: "Back WordPress sites up one way",
		Long: `wp-oneway backs up WordPress sites into a directory or a bucket, one way: its
credential can create objects and can never read, list, overwrite or delete
them. It reads wp-config.php without running PHP, dumps the database itself, and
streams both into the sinks without temporary copies.

Every archive restores with cat, zstd or gzip, age or gpg, tar, and
mysql --binary-mode alone.`,
		Version:           version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if completing(cmd) {
				return nil
			}
			if err := nothingEmpty(cmd, args); err != nil {
				return usage(err)
			}
			return a.prepare(cmd)
		},
		Annotations: alone, Args: cobra.ArbitraryArgs, DisableFlagsInUseLine: true, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			hint := ""
			if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
				hint = ", do you mean " + strings.Join(similar, " or ") + "?"
			}
			return usage(fmt.Errorf("unknown command %q%s; see wp-oneway --help", args[0], hint))
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	})
	flags := root.PersistentFlags()
	flags.String("config", "", "configuration `file` (default /etc/wp-oneway/config.yaml, else ~/.config/wp-oneway/config.yaml)")
	flags.BoolP("quiet", "q", false, "print errors only")
	flags.BoolP("verbose", "v", false, "tell what is done")
	flags.String("log-format", "text", "`format` of what is told on standard error: text or json")
	root.AddCommand(a.backupCommand(), a.dumpCommand(), a.sitesCommand(), a.inspectCommand(), a.doctorCommand(), a.policyCommand(), a.versionCommand(), a.manCommand(), a.workerCommand())
	fitIn(root)
	return root
}

// nothingEmpty refuses empty arguments and values: they are variables that were
// never set, and what is done without them is another thing than was meant, a
// backup that is not sealed say, or that goes elsewhere.
func nothingEmpty(cmd *cobra.Command, args []string) error {
	if slices.Contains(args, "") {
		return fmt.Errorf("an argument is empty; give %s a PATH, or leave it out", cmd.CommandPath())
	}
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			empty = slices.Contains(list.GetSlice(), "")
		}
		if empty {
			err = fmt.Errorf("--%s is empty; give it a value, or leave it out", f.Name)
		}
	})
	return err
}

// prepare reads the configuration and sets the log up, before any command runs.
func (a *app) prepare(cmd *cobra.Command) error {
	if cmd.Annotations["config"] == "none" {
		return nil
	}
	findHome()
	if err := a.readConfig(cmd); err != nil {
		return usage(err)
	}
	level := slog.LevelWarn
	switch {
	case a.config.GetBool("verbose") && a.config.GetBool("quiet"):
		return usage(errors.New("quiet and verbose exclude each other; give one of them"))
	case a.config.GetBool("verbose"):
		level = slog.LevelDebug
	case a.config.GetBool("quiet"):
		level = slog.LevelError
	}
	switch format := a.config.GetString("log_format"); format {
	case "text":
		a.log = slog.New(slog.NewTextHandler(a.io.err, &slog.HandlerOptions{Level: level}))
	case "json":
		if !a.config.GetBool("quiet") {
			level = min(level, slog.LevelInfo)
		}
		a.log, a.inJSON = slog.New(slog.NewJSONHandler(a.io.err, &slog.HandlerOptions{Level: level})), true
	default:
		return usage(fmt.Errorf("log_format %q: must be text or json", format))
	}
	return nil
}

// noArguments refuses arguments, as usage.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%s takes no argument such as %q; see %s --help", cmd.Name(), args[0], cmd.CommandPath()))
	}
	return nil
}

// onePath asks for exactly one path.
func onePath(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		what := "PATH, the site's folder"
		if _, argument, _ := strings.Cut(cmd.Use, " "); argument != "PATH" {
			what = argument
		}
		return usage(fmt.Errorf("%s needs one %s, not %d; see %s --help", cmd.Name(), what, len(args), cmd.CommandPath()))
	}
	return nil
}
