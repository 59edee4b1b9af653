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
	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// streams are the process's own: stdout is for data, stderr for people.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// terminal tells whether stderr is a terminal.
func (s streams) terminal() bool { return isTerminal(s.err) }

func isTerminal(w io.Writer) bool {
	f, ok := unescaped(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// unescaped is the writer below those that make text printable and keep it.
func unescaped(w io.Writer) io.Writer {
	if p, ok := w.(wordpress.PrintableWriter); ok {
		w = p.W
	}
	if t, ok := w.(*recentLog); ok {
		w = t.w
	}
	return w
}

// app is what the commands share.
type app struct {
	io      streams
	config  *configuration // loaded before the command runs
	log     *slog.Logger
	jsonLog bool           // everything on standard error is JSON
	recent  *recentLog     // the end of standard error
	command *cobra.Command // the one that ran
	told    bool           // the result of a backup is told, or must not be
	// passphrase seals the backups of a compat command: only that has it in memory.
	passphrase wordpress.Secret
}

// newApp returns the program for a command line. All it prints is made printable:
// tenants, servers and stores choose parts of the text.
func newApp(io streams) *app {
	recent := &recentLog{w: io.err}
	io.out, io.err = wordpress.PrintableWriter{W: io.out}, wordpress.PrintableWriter{W: recent}
	return &app{io: io, log: slog.New(slog.DiscardHandler), recent: recent}
}

// execute runs the command that the arguments name.
func (a *app) execute(ctx context.Context, args []string) error {
	root := a.rootCommand() //nolint:contextcheck // each command gets ctx when it runs
	root.SetArgs(joinPairs(args))
	root.SetIn(a.io.in)
	root.SetOut(a.io.out)
	root.SetErr(a.io.err)
	var err error
	a.command, err = root.ExecuteContextC(ctx)
	return err
}

// report prints why a command failed, on one line.
func (a *app) report(ctx context.Context, text string) {
	a.tell(ctx, slog.LevelError, "", strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "))
}

// tell prints one line on standard error, or logs it where the log is JSON. Parts of
// the text may come from a tenant.
func (a *app) tell(ctx context.Context, level slog.Level, what, text string) {
	text = wordpress.Printable(what + text)
	if a.jsonLog {
		a.log.Log(ctx, level, text)
		return
	}
	fmt.Fprintf(a.io.err, "wp-oneway: %s\n", text)
}

// warn prints a warning, unless the command is quiet.
func (a *app) warn(ctx context.Context, text string) {
	if a.config == nil || !a.config.Quiet {
		a.tell(ctx, slog.LevelWarn, "warning: ", text)
	}
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "wp-oneway",
		Short: "Back up WordPress sites one way",
		Long: `wp-oneway backs up WordPress sites into a directory or a bucket, one way: its
credential can create objects and can never read, list, overwrite or delete
them. It reads wp-config.php without running PHP, dumps the database itself, and
streams database and files to the sinks without temporary copies.

Every archive restores with cat, zstd or gzip, age or gpg, tar, and
mysql --binary-mode alone.`,
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
	allKeys().AddFlags(flags, "quiet", "verbose", "log_format")
	root.AddCommand(a.setupCommand(), a.backupCommand(), a.dumpCommand(), a.sitesCommand(), a.statusCommand(), a.inspectCommand(), a.doctorCommand(), a.policyCommand(), a.notifyCommand(), a.scheduleCommand(), a.listCommand(), a.verifyCommand(), a.getCommand(), a.restoreCommand(), a.drillCommand(), a.pruneCommand(), a.configCommand(), a.versionCommand(), a.manCommand(), a.compatCommand(), a.workerCommand(), a.restoreWorkerCommand(), a.launchPHPCommand())
	adaptBuiltins(root)
	return root
}

// unknownCommand is the error of a command that does not exist.
func unknownCommand(root *cobra.Command, name string) error {
	hint := ""
	if similar := root.SuggestionsFor(name); len(similar) > 0 {
		hint = "do you mean " + strings.Join(similar, " or ") + "? "
	}
	return usage(fmt.Errorf("unknown command %q; %ssee wp-oneway --help", name, hint))
}

// flagError is the error of a flag that a command does not accept.
func flagError(cmd *cobra.Command, err error) error {
	hint := ""
	if unknown := (*pflag.NotExistError)(nil); errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if similar := keys.Nearest(unknown.GetSpecifiedName(), names); similar != "" && len(unknown.GetSpecifiedName()) > 1 {
			hint = "do you mean --" + similar + "? "
		}
	}
	return usage(fmt.Errorf("%w; %ssee %s --help", err, hint, cmd.CommandPath()))
}

// preRun checks the arguments and loads the configuration before a command runs.
func (a *app) preRun(cmd *cobra.Command, args []string) error {
	if completing(cmd) {
		return nil
	}
	if err := checkEmpty(cmd, args); err != nil {
		return usage(err)
	}
	return a.prepare(cmd)
}

// checkEmpty refuses empty arguments and values: they come from variables that a script
// forgot to set. If they were ignored, the command would do something else, such as back
// up without sealing, or to another sink.
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
	if a.config, err = loadConfiguration(cmd.Flags(), path); err != nil {
		return usage(err)
	}
	defer a.logSkipped(cmd.Context())
	level := slog.LevelWarn
	switch {
	case a.config.Verbose:
		level = slog.LevelDebug
	case a.config.Quiet:
		level = slog.LevelError
	}
	if a.config.LogFormat == "text" {
		a.log = slog.New(slog.NewTextHandler(a.io.err, &slog.HandlerOptions{Level: level}))
		return nil
	}
	if !a.config.Quiet {
		level = min(level, slog.LevelInfo)
	}
	a.log, a.jsonLog = slog.New(slog.NewJSONHandler(a.io.err, &slog.HandlerOptions{Level: level})), true
	return nil
}

// logSkipped says in the log which file was not read.
func (a *app) logSkipped(ctx context.Context) {
	if a.config.skipped != "" {
		a.log.DebugContext(ctx, "this user may not read the configuration of the system; it is not used", "file", a.config.skipped)
	}
}

// noArguments refuses all arguments.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%s takes no argument such as %q; see %s --help", cmd.Name(), args[0], cmd.CommandPath()))
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
		return usage(fmt.Errorf("%s needs one %s, not %d; see %s --help", cmd.Name(), what, len(args), cmd.CommandPath()))
	}
	return nil
}
