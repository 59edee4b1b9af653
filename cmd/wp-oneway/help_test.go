package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// The help lists keys and flags correctly: every flag is a key, except those it names,
// and it says which keys the flags with another name are. All other keys are in the
// commented example that it points to.
func TestTheHelpOfBackupNamesTheKeys(t *testing.T) {
	root := newApp(streams{out: io.Discard, err: io.Discard}).rootCommand()
	cmd, _, err := root.Find([]string{"backup"})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]bool{}
	note := func(f *pflag.Flag) { flags[f.Name] = true }
	cmd.LocalFlags().VisitAll(note)
	cmd.InheritedFlags().VisitAll(note)
	for _, name := range []string{"all", "schedule", "config", "help"} { // as the help says
		delete(flags, name)
	}
	words := strings.FieldsFunc(cmd.Long, func(r rune) bool { return strings.ContainsRune(" \n,;()", r) })
	named := map[string]bool{}
	for _, w := range words {
		named[strings.TrimSuffix(w, ".")] = true
	}
	for _, k := range allKeys().Leaves() {
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
