package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/cmd/compat"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// compatCommand returns the hidden command that scripts/compat call: see
// docs/from-the-scripts.md.
func (a *app) compatCommand() *cobra.Command {
	var names []string
	cmd := &cobra.Command{
		Use: "compat SCRIPT ARG…", Short: "Do what a script of pothi/backup-wordpress does", Hidden: true, Annotations: noConfig(),
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil }, // the scripts check their arguments
		RunE: func(*cobra.Command, []string) error {
			return exit.Usage(fmt.Errorf("compat needs the name of a script: %s", strings.Join(names, ", ")))
		},
	}
	for _, s := range compat.Scripts() {
		names = append(names, s.Name)
		cmd.AddCommand(&cobra.Command{
			Use: s.Name, Short: s.Short, DisableFlagParsing: true, Annotations: noConfig(),
			RunE: func(cmd *cobra.Command, args []string) error { return a.script(cmd.Context(), s, args) },
		})
	}
	return cmd
}

// script runs a script. Its output also goes to the script's log.
func (a *app) script(ctx context.Context, s compat.Script, args []string) error {
	setHome()
	arguments, err := compat.ParseArguments(args)
	if err == nil && arguments.Help {
		fmt.Fprint(a.Out, s.Help())
		return nil
	}
	if err == nil && arguments.Version {
		fmt.Fprintln(a.Out, version)
		return nil
	}
	closeLog := a.openScriptLog(ctx, filepath.Join(os.Getenv("HOME"), "log", s.Log))
	defer closeLog()
	switch {
	case err != nil:
		err = exit.Usage(fmt.Errorf("%s: %w; see %s -h", s.Name, err, s.Name))
	case arguments.Domain == "":
		fmt.Fprint(a.Err, s.Help())
		return exit.WithCode(2)
	default:
		err = a.runScript(ctx, s, arguments)
	}
	if text := exit.Message(err); text != "" {
		a.Report(ctx, text)
	}
	if err == nil {
		return nil
	}
	a.tellUnstarted(ctx, err)
	return exit.WithCode(exit.Status(err))
}

// runScript translates a call of a script, and runs it in this process, so that no command line
// and no file contains its secrets.
func (a *app) runScript(ctx context.Context, s compat.Script, arguments *compat.Arguments) error {
	h, err := scriptHost()
	if err != nil {
		return err
	}
	envrc, err := a.readEnvrc(ctx, s, h)
	if err != nil {
		err = exit.Usage(err)
	}
	var run *compat.Run
	if err == nil {
		if run, err = s.Translate(arguments, envrc, h); err != nil {
			err = exit.Usage(fmt.Errorf("%s: %w; see %s -h", s.Name, err, s.Name))
		}
	}
	if err := setRecipients(s.Recipients(arguments, envrc, h)); err != nil {
		return err
	}
	if err != nil {
		a.tellSalvaged(ctx, "", err)
		return err
	}
	if arguments.SecondWord {
		a.Tell(ctx, slog.LevelInfo, "", s.Name+": the bucket as the second word is the old form; use -b BUCKET")
	}
	if run.TellAll {
		err = os.Setenv(keys.EnvName("notification_level"), "info")
	}
	for name, value := range run.AWS {
		err = errors.Join(err, os.Setenv(name, value))
	}
	if err != nil {
		return err
	}
	a.passphrase = run.Passphrase
	a.Tell(ctx, slog.LevelInfo, "", fmt.Sprintf("%s of %s: started at %s", s.Name, run.Site, time.Now().Format(time.RFC3339)))
	err = a.execute(ctx, run.Arguments)
	a.Tell(ctx, slog.LevelInfo, "", fmt.Sprintf("%s of %s: ended at %s with exit status %d", s.Name, run.Site, time.Now().Format(time.RFC3339), exit.Status(err)))
	return err
}

func scriptHost() (compat.Host, error) {
	dir, err := os.Getwd()
	home := os.Getenv("HOME")
	if err == nil && !filepath.IsAbs(home) {
		err = errors.New("HOME is not set to an absolute path; set it to the home folder")
	}
	cPanel, statErr := os.Stat("/usr/local/cpanel/cpanel")
	return compat.Host{
		Home: filepath.Clean(home), Dir: dir, Getenv: os.Getenv, Installed: sites.LooksInstalled,
		CPanel: statErr == nil && cPanel.Mode().IsRegular() && cPanel.Mode()&0o111 != 0,
	}, err
}

// readEnvrc reads the settings file, if there is one.
func (a *app) readEnvrc(ctx context.Context, s compat.Script, h compat.Host) (map[string]string, error) {
	file := filepath.Join(h.Home, ".envrc")
	text, err := operator.ReadFile(file, operator.Everybody)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no variables
	}
	if err != nil {
		return nil, err
	}
	vars, err := s.ReadEnvrc(file, text, h)
	secret := vars["passphrase"] + vars["AWS_SECRET_ACCESS_KEY"] + vars["AWS_SESSION_TOKEN"]
	if info, statErr := os.Stat(file); secret != "" && statErr == nil && info.Mode()&0o004 != 0 {
		a.Warn(ctx, file+" holds a secret, and everybody can read it; run chmod 600 on it")
	}
	return vars, err
}

// setRecipients sets who gets mail. If to is empty, the recipients of the configuration get the
// mail, or else root.
func setRecipients(to []string) error {
	if len(to) == 0 {
		if n := settings.SalvagedNotifier(""); n != nil && n.Email != nil {
			return nil
		}
		to = []string{"root@localhost"}
	}
	return os.Setenv(keys.EnvName("email.to"), strings.Join(to, " "))
}

// openScriptLog also sends all output to a script's log. If the log cannot be written, that is
// only a warning, because the backup is more important.
func (a *app) openScriptLog(ctx context.Context, path string) (closeLog func()) {
	log, err := openLog(path)
	if err != nil {
		a.Warn(ctx, fmt.Sprintf("this is not logged: %v", err))
		return func() {}
	}
	stop := a.CopyTo(log)
	return func() {
		stop()
		if err := log.Close(); err != nil {
			a.Warn(ctx, fmt.Sprintf("write the log: %v", err))
		}
	}
}

// openLog opens a log for appending. As root, it refuses a path that another user can redirect.
func openLog(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if err := operator.Check(dir, operator.Everybody); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := log.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("open %s: not a regular file", path), log.Close())
	}
	return log, nil
}
