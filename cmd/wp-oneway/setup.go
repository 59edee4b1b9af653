package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/setup"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

func (a *app) setupCommand() *cobra.Command {
	var o setup.Options
	cmd := &cobra.Command{
		Use:   "setup [PATH…|--all]",
		Short: "Configure wp-oneway and make a first backup",
		Long: `Ask which sites to back up and where to store backups, print the policy to paste, create a
key pair for the encryption, write the configuration, check everything with doctor, make
the first backup, and offer a schedule. A flag can answer each question; with --yes, setup
asks nothing.

Setup changes nothing until it writes the configuration: you can stop it at any question.
If you run it again, it keeps the existing configuration, asks only for missing settings,
and continues with the check.

The private key of the encryption is shown once and never stored. To check that you have
saved it, setup asks for its last characters.

Exit status: that of the check or of the backup: 0 both are complete; 3 part of a site
could not be read; 1 failed or stopped; 2 wrong usage or configuration.`,
		Example: `  wp-oneway setup
  wp-oneway setup --all --to /mnt/backups --no-encryption --daily 03:30 --yes
  wp-oneway setup /var/www/example.com --to 's3://vault/{host}?region=eu-central-1' \
    --key-id AKIAEXAMPLE --secret-file /root/secret --recipient age1… --yes`,
		Annotations: noConfig(),
		Args:        cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, paths []string) error {
			given, err := cmd.Flags().GetString("config")
			if err != nil {
				return err
			}
			o.Paths = paths
			return a.setup(cmd.Context(), o, given)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.All, "all", false, "back up all sites of this host, also those that are added later")
	f.StringVar(&o.To, "to", "", "`URL` of the sink, or a folder")
	f.StringVar(&o.KeyID, "key-id", "", "`ID` of the access key of an s3 sink; it is stored in a file beside the configuration")
	f.StringVar(&o.SecretFile, "secret-file", "", "`file` with the secret of this access key, which only you may be able to read")
	f.StringVar(&o.Recipient, "recipient", "", "encrypt to this age public `key`")
	f.BoolVar(&o.NoEncryption, "no-encryption", false, "do not encrypt")
	f.BoolVar(&o.NoBackup, "no-backup", false, "make no first backup")
	f.StringVar(&o.Daily, "daily", "", "back up every day at this `time`, such as 03:30")
	f.BoolVar(&o.NoSchedule, "no-schedule", false, "install no schedule")
	f.BoolVarP(&o.Yes, "yes", "y", false, "ask nothing; unless other flags are given, back up all sites, make a first backup, and install no schedule")
	return cmd
}

// setup runs the conversation with the user, on the terminal if there is one.
func (a *app) setup(ctx context.Context, o setup.Options, given string) error {
	setHome()
	var err error
	if o.Config, o.ConfigDefault, err = configToWrite(given); err != nil {
		return exit.Usage(err)
	}
	if o.Host, err = os.Hostname(); err != nil {
		return fmt.Errorf("find the host's name: %w", err)
	}
	for i, path := range o.Paths {
		if o.Paths[i], err = filepath.Abs(path); err != nil {
			return fmt.Errorf("find %s: %w", path, err)
		}
	}
	s := &setup.Setup{Options: o, Program: a.otherCommands(), Out: a.Err}
	in, isFile := a.In.(*os.File)
	if out, ok := console.Unescaped(a.Err).(*os.File); ok && isFile && !o.Yes && term.IsTerminal(int(in.Fd())) && console.IsTerminal(out) {
		// The private key goes to the terminal only, and not to a.Err, whose end is kept for
		// notifications.
		s.Terminal, s.Out = &setup.Terminal{In: in, Out: out}, out
	}
	err = s.Run(ctx)
	wrong, failed := (*setup.AnswerError)(nil), (*setup.ExitError)(nil)
	switch {
	case errors.As(err, &failed) && failed.Text == "":
		return exit.WithCode(failed.Code) // the command has already said why
	case errors.As(err, &wrong):
		return exit.Usage(err)
	case ctx.Err() != nil && err != nil:
		return fmt.Errorf("setup was stopped (%w); what it has written stays; run setup again to continue", context.Cause(ctx))
	}
	return err
}

// configToWrite returns the file that setup reads and writes. found reports whether the other
// commands find it by default.
func configToWrite(given string) (path string, found bool, err error) {
	path, _, err = settings.FindFile(given)
	switch {
	case err != nil:
		return "", false, err
	case path == "" && os.Geteuid() == 0:
		return settings.SystemFile, true, nil
	case path == "":
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", false, fmt.Errorf("find the folder of your configuration: %w; give --config FILE", err)
		}
		return filepath.Join(dir, "wp-oneway", "config.yaml"), true, nil
	}
	path, err = filepath.Abs(path)
	return path, given == "", err
}

// otherCommands returns a Program that runs this program itself, so that the user can repeat by
// hand everything that setup does.
func (a *app) otherCommands() setup.Program {
	command := func(ctx context.Context, args []string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
		cmd.Args[0] = "wp-oneway"
		// The command gets its own process group. After Ctrl-C it then gets only one signal, from
		// this process. It aborts its uploads, and this process waits for it. A second signal
		// would end it at once.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		return cmd
	}
	ended := func(err error) error {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() > 0 {
			return &setup.ExitError{Code: exit.ExitCode()}
		}
		return err
	}
	return setup.Program{
		Run: func(ctx context.Context, args ...string) error {
			cmd := command(ctx, args)
			cmd.Stdout, cmd.Stderr = console.Unescaped(a.Out), console.Unescaped(a.Err)
			return ended(cmd.Run())
		},
		Output: func(ctx context.Context, args ...string) ([]byte, error) {
			cmd := command(ctx, args)
			var out, why bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &why
			err := ended(cmd.Run())
			if exit := (*setup.ExitError)(nil); errors.As(err, &exit) {
				exit.Text = wordpress.Printable(strings.TrimPrefix(lastLine(why.String()), "wp-oneway: "))
			}
			return out.Bytes(), err
		},
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
