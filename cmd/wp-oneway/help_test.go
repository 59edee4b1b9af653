package main

import (
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// Each command in the help has at least two examples, and accepts their arguments. Examples that
// need no bucket and change nothing on the machine are run.
func TestExamples(t *testing.T) {
	t.Parallel()
	h, site, vault := newHost(t), shared.site(t).Root, t.TempDir()
	h.backup(0, site, "--name", "example.com", "--to", vault, "--exclude", "wp-content/uploads")
	places := strings.NewReplacer("/var/www/example.com", site, "/srv/shop/web", site, "/var/backups/wp", vault,
		"/usr/local/share/man/man1", t.TempDir())
	run := []string{"config", "config validate", "config show", "config generate", "version", "help", "man", "policy", "inspect", "dump", "list", "verify", "get", "prune"}
	root := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand()
	eachCommand(root, func(cmd *cobra.Command) {
		name := strings.TrimPrefix(cmd.CommandPath(), "wp-oneway ")
		lines := examplesOf(cmd)
		if len(lines) < 2 {
			t.Errorf("%s has %d examples", name, len(lines))
		}
		for _, line := range lines {
			accepted(t, cmd, line)
			if (slices.Contains(run, name) || strings.HasPrefix(name, "completion")) && !strings.Contains(line, "://vault") {
				h.runs(places.Replace(line))
			}
		}
	})
}

// eachCommand calls f for each command that the help shows, except the root.
func eachCommand(cmd *cobra.Command, f func(*cobra.Command)) {
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			f(sub)
			eachCommand(sub, f)
		}
	}
}

// examplesOf returns the command lines in the examples of a command.
func examplesOf(cmd *cobra.Command) (lines []string) {
	text := strings.NewReplacer("\\\n   ", "", "|\n   ", "|").Replace(cmd.Example)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "wp-oneway ") {
			lines = append(lines, line)
		}
	}
	return lines
}

// accepted checks that an example calls this command or one of its subcommands, and that its
// flags and arguments are accepted.
func accepted(t *testing.T, cmd *cobra.Command, line string) {
	t.Helper()
	first := line
	for _, end := range []string{" | ", " > ", " && "} {
		first, _, _ = strings.Cut(first, end)
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `wp_oneway() { printf '%s\n' "$@"; }; `+strings.Replace(first, "wp-oneway ", "wp_oneway ", 1)).Output()
	if err != nil {
		t.Errorf("%q: %v", line, err)
		return
	}
	args := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if args[0] == "--version" {
		return
	}
	found, rest, err := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand().Find(args)
	if err == nil {
		err = found.ParseFlags(rest)
	}
	if err == nil {
		err = found.ValidateArgs(found.Flags().Args())
	}
	if err != nil || !strings.HasPrefix(found.CommandPath(), cmd.CommandPath()) && cmd.Name() != "help" {
		t.Errorf("%q is run as %q, for %q: %v", line, found.CommandPath(), cmd.CommandPath(), err)
	}
}

// runs executes an example in a shell. The example must succeed.
func (h *host) runs(line string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), "sh", "-c", `man() { :; }; `+strings.ReplaceAll(line, "wp-oneway ", h.binary+" "))
	cmd.Dir, cmd.Env = h.state, h.command().Env
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Errorf("%q: %v\n%s", line, err, out)
	}
}

// The help describes keys and flags correctly. Every flag is a key, except those that the help
// names. The help says which keys the flags with another name are for. All other keys are in the
// commented example that it points to.
func TestTheHelpOfBackupNamesTheKeys(t *testing.T) {
	root := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand()
	cmd, _, err := root.Find([]string{"backup"})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]bool{}
	note := func(f *pflag.Flag) { flags[f.Name] = true }
	cmd.LocalFlags().VisitAll(note)
	cmd.InheritedFlags().VisitAll(note)
	for _, name := range []string{"all", "schedule", "config", "help"} { // the flags that are not keys, as the help says
		delete(flags, name)
	}
	words := strings.FieldsFunc(cmd.Long, func(r rune) bool { return strings.ContainsRune(" \n,;()", r) })
	named := map[string]bool{}
	for _, w := range words {
		named[strings.TrimSuffix(w, ".")] = true
	}
	for _, k := range settings.Keys().Leaves() {
		if k.Flag != "" && flags[k.Flag] && !named[k.Name] {
			t.Errorf("the flag --%s is the key %s, and the help does not say so", k.Flag, k.Name)
		}
		delete(flags, k.FlagName())
	}
	for name := range flags {
		t.Errorf("the flag --%s is no key", name)
	}
	if !strings.Contains(cmd.Long, "wp-oneway config generate") {
		t.Error("the help does not say where all keys are")
	}
}
