package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/restore/serve"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/cmd/manpage"
	"github.com/wp-oneway/wp-oneway/cmd/process"
	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// noConfig returns the annotation of a command that needs no configuration.
func noConfig() map[string]string { return map[string]string{"config": "none"} }

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArguments, Annotations: noConfig(),
		Example: "  wp-oneway version\n  wp-oneway --version",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Out, "wp-oneway %s %s/%s %s\n", version, runtime.GOOS, runtime.GOARCH, runtime.Version())
			return err
		},
	}
}

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man FOLDER", Short: "Write the man pages into a folder", Annotations: noConfig(), Args: onePath,
		Example: "  wp-oneway man /usr/local/share/man/man1\n  wp-oneway man ./pages && man -l pages/wp-oneway-backup.1",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], fs.FileMode(0o755)); err != nil {
				return fmt.Errorf("create the folder: %w", err)
			}
			date := time.Now()
			if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil { // so that each build makes the same pages
				date = time.Unix(seconds, 0)
			}
			if err := manpage.Write(args[0], cmd.Root(), manpage.Footer{Source: "wp-oneway " + version, Date: date}); err != nil {
				return err
			}
			_, err := fmt.Fprintln(a.Err, "wrote", filepath.Join(args[0], "wp-oneway.1"), "and a page for each command")
			return err
		},
	}
}

// workerCommand returns the hidden command that the agent starts with the rights of a site's
// owner.
func (a *app) workerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Hidden: true, Args: noArguments, Annotations: noConfig(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			process.LimitMemory(process.WorkerMemory)
			return source.Worker(cmd.Context())
		},
	}
}

// launchPHPCommand returns the hidden command that the reader of a site starts. The command
// starts the site's PHP.
func (a *app) launchPHPCommand() *cobra.Command {
	return &cobra.Command{
		Use: native.LaunchCommand, Hidden: true, Args: noArguments, Annotations: noConfig(),
		RunE: func(_ *cobra.Command, _ []string) error { return native.Launch(a.In) },
	}
}

// restoreWorkerCommand returns the hidden command that restore starts with the rights of a site's
// owner.
func (a *app) restoreWorkerCommand() *cobra.Command {
	return &cobra.Command{
		Use: tree.WorkerCommand, Hidden: true, Args: noArguments, Annotations: noConfig(),
		RunE: func(cmd *cobra.Command, _ []string) error { return tree.Worker(cmd.Context(), a.In) },
	}
}

// serveInsideCommand returns the hidden command that a drill starts in its own namespaces. The
// command starts PHP.
func (a *app) serveInsideCommand() *cobra.Command {
	return &cobra.Command{
		Use: serve.InsideCommand, Hidden: true, Args: noArguments, Annotations: noConfig(),
		RunE: func(cmd *cobra.Command, _ []string) error { return serve.Inside(cmd.Context(), a.In, a.Out) },
	}
}

// version is the version of the program. The linker sets it when a release is built.
var version = "dev"
