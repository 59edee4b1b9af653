package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// What the help says of keys and flags holds: every flag but those it excepts is a
// key, and every key without a flag is named.
func TestTheHelpOfBackupNamesTheKeys(t *testing.T) {
	root := (&app{io: streams{out: io.Discard, err: io.Discard}, config: newConfig()}).rootCommand()
	cmd, _, err := root.Find([]string{"backup"})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]bool{}
	note := func(f *pflag.Flag) { flags[f.Name] = true }
	cmd.LocalFlags().VisitAll(note)
	cmd.InheritedFlags().VisitAll(note)
	for _, name := range []string{"all", "config", "help"} { // as the help says
		delete(flags, name)
	}
	words := strings.FieldsFunc(cmd.Long, func(r rune) bool { return strings.ContainsRune(" \n,;()", r) })
	named := map[string]bool{}
	for _, w := range words {
		named[strings.TrimSuffix(w, ".")] = true
	}
	for key := range defaults() {
		name := flagName(key)
		if !flags[name] && !named[key] {
			t.Errorf("the key %s has no flag, and the help does not name it", key)
		}
		if _, renamed := flagKeys[name]; renamed && !named[key] {
			t.Errorf("the flag --%s is the key %s, and the help does not say so", name, key)
		}
		delete(flags, name)
	}
	for name := range flags {
		t.Errorf("the flag --%s is no key", name)
	}
}

func TestManPagesHaveTheirDate(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1795402800")
	dir := t.TempDir()
	if code := run(t.Context(), []string{"man", dir}, streams{out: io.Discard, err: io.Discard}); code != 0 {
		t.Fatalf("exit status %d", code)
	}
	page, err := os.ReadFile(filepath.Join(dir, "wp-oneway-backup.1"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `.TH "WP-ONEWAY" "1" "Nov 2026"`) {
		t.Errorf("got %.120s", page)
	}
}
