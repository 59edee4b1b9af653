package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// fitIn makes cobra's own commands behave as ours do: what is misspelt is usage,
// and what a flag may be is completed.
func fitIn(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Run, cmd.RunE, cmd.Annotations = nil, helpAbout, alone
		case "completion":
			cmd.Args, cmd.RunE = cobra.ArbitraryArgs, completionOf
			cmd.Annotations = alone
			for _, shell := range cmd.Commands() {
				shell.Args, shell.Annotations = noArguments, alone
			}
		}
		for flag, values := range map[string][]string{
			"kind": {"full", "db", "files"}, "compression": {"zstd", "gzip", "none"}, "for": {"mysql57", "mysql8", "mariadb"},
		} {
			if cmd.Flags().Lookup(flag) != nil {
				_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // only a second one is an error
			}
		}
	}
	_ = root.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)) // as above
}

// helpAbout prints a command's help.
func helpAbout(cmd *cobra.Command, args []string) error {
	about, rest, err := cmd.Root().Find(args)
	if err != nil || about == cmd.Root() && len(rest) > 0 {
		return usage(fmt.Errorf("no command is called %q; see wp-oneway --help", args[0]))
	}
	about.InitDefaultHelpFlag() // so that it is shown
	return about.Help()
}

// completionOf is reached when no known shell is named.
func completionOf(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return usage(fmt.Errorf("no completion for %q; there are bash, fish, powershell and zsh", args[0]))
}

// completing tells whether a shell asks what could come next: what it hands over
// is unfinished, and must not be judged.
func completing(cmd *cobra.Command) bool {
	return cmd.Name() == cobra.ShellCompRequestCmd || cmd.Name() == cobra.ShellCompNoDescRequestCmd
}
