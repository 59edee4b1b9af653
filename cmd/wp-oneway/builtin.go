package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// adaptBuiltins makes cobra's own commands behave like ours: a misspelled argument is a usage
// error, and the values of flags are completed.
func adaptBuiltins(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Run, cmd.RunE, cmd.Annotations = nil, showHelp, noConfig()
			cmd.Example = "  wp-oneway help backup\n  wp-oneway help schedule install"
		case "completion":
			cmd.Args, cmd.RunE = cobra.ArbitraryArgs, unknownShell
			cmd.Annotations = noConfig()
			cmd.Example = "  wp-oneway completion bash > completions\n  wp-oneway completion zsh > _wp-oneway"
			for _, shell := range cmd.Commands() {
				shell.Args, shell.Annotations = noArguments, noConfig()
				shell.Example = fmt.Sprintf("  wp-oneway completion %[1]s > completions\n  wp-oneway completion %[1]s --no-descriptions > completions", shell.Name())
			}
		}
		completeChoices(cmd, cmd.Flags())
	}
	completeChoices(root, root.PersistentFlags())
}

// completeChoices adds shell completion to flags that accept only some values.
func completeChoices(cmd *cobra.Command, flags *pflag.FlagSet) {
	for _, k := range settings.Keys() {
		if len(k.Choices) > 0 && flags.Lookup(k.FlagName()) != nil {
			_ = cmd.RegisterFlagCompletionFunc(k.FlagName(), cobra.FixedCompletions(k.Choices, cobra.ShellCompDirectiveNoFileComp)) // it fails only if the flag already has a completion
		}
	}
}

// showHelp prints the help of a command.
func showHelp(cmd *cobra.Command, args []string) error {
	about, rest, err := cmd.Root().Find(args)
	if err != nil || about == cmd.Root() && len(rest) > 0 {
		return unknownCommand(cmd.Root(), args[0])
	}
	about.InitDefaultHelpFlag() // so that the help shows this flag
	return about.Help()
}

// unknownShell runs if the argument does not name a known shell.
func unknownShell(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return exit.Usage(fmt.Errorf("no completion for %q; use bash, fish, powershell or zsh", args[0]))
}

// completing reports whether a shell asks for completions. The command line is then unfinished,
// and must not be checked.
func completing(cmd *cobra.Command) bool {
	return cmd.Name() == cobra.ShellCompRequestCmd || cmd.Name() == cobra.ShellCompNoDescRequestCmd
}
