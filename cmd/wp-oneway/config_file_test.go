package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A key without a value says nothing to viper, which passes it over: backups would
// not be sealed, or go to another place, than whoever wrote it believes.
func TestAConfigurationIsRefusedThatSaysLessThanItSeems(t *testing.T) {
	h, site := newHost(t), smallSite(t)
	file := filepath.Join(t.TempDir(), "config.yaml")
	for text, want := range map[string]string{
		"sinks:":                                "'sinks' is empty",
		"sinks: ['']":                           "'sinks[0]' is empty",
		"sinks: [{url: }]":                      "'sinks[0]': 'url' is empty",
		"encryption:":                           "'encryption' is empty",
		"encryption: {passphrase_file: }":       "'encryption.passphrase_file' is empty",
		"encryption: {recipients_file: ' '}":    "'encryption.recipients_file' is empty",
		"encryption: {age_recipients: [~]}":     "'encryption.age_recipients[0]' is empty",
		"require_one_way:":                      "'require_one_way' is empty",
		"sites: [{path: " + site + ", name: }]": "'sites[0]': 'name' is empty",
		"sites: [{name: x}]":                    "'sites[0]' has no path",
		"sites: [{path: x}]":                    file + ": sites: path \"x\" must be absolute",
		"hooks: {}":                             "invalid keys: hooks",
		"enrcyption:":                           "invalid keys: enrcyption",
		"encryption: {requried: }":              "'encryption' has invalid keys: requried",
		"kind: db\nKind: files":                 "'kind' is there twice",
		"level: 3.7":                            "'level' must be a whole number",
		"level: true":                           "'level' must be a whole number",
		"level: x":                              "'level' must be a whole number",
		"no_uploads: 2":                         "'no_uploads' must be true or false",
		"no_uploads: maybe":                     "'no_uploads' must be true or false",
		"name: 1.10":                            "'name' must be text",
	} {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		h.refused(want, "backup", site, "--config", file, "--kind", "files")
	}
	for _, key := range []string{"SINKS", "REQUIRE_ONE_WAY", "ENCRYPTION_AGE_RECIPIENTS", "ENCRYPTION_PASSPHRASE_FILE"} {
		h.env = []string{"WP_ONEWAY_" + key + "="}
		h.refused("WP_ONEWAY_"+key+" is empty", "backup", site, "--kind", "files")
	}
	if left, err := os.ReadDir(filepath.Join(h.state, "backups")); err == nil {
		t.Errorf("something was backed up all the same: %v", left)
	}
}

// What the file says is done with the operator's rights.
func TestAConfigurationThatOthersMayWriteIsRefused(t *testing.T) {
	h, site := newHost(t), smallSite(t)
	file := filepath.Join(h.state, ".config", "wp-oneway", "config.yaml") // found without --config
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("kind: files\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o622); err != nil {
		t.Fatal(err)
	}
	h.refused("others can write to it (mode 0622); run chmod go-w on it", "backup", site)
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(file, 33, 33); err != nil {
		t.Fatal(err)
	}
	h.refused("belongs to uid 33", "backup", site)
}
