package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// envPrefix begins the name of every environment variable that sets a key.
const envPrefix = "WP_ONEWAY"

// defaults returns every key with its default value. viper reads an environment
// variable only for a key that has a default, and a key that is not here is refused.
func defaults() map[string]any {
	keys := map[string]any{
		"sites": []any{}, "roots": []string{}, "sinks": []any{}, "dry_run": false, "json": false, "quiet": false, "verbose": false, "log_format": "text",
		"limits.sites": 1, "limits.bandwidth": "", "limits.timeout": "0s", "limits.stall": "5m", "limits.site_size": "", "limits.nice": 0,
		"name": "", "kind": "full", "no_uploads": false, "with_core": false, "require_one_way": false,
		"include": []string{}, "exclude": []string{}, "no_default_excludes": false, "compression": "zstd", "level": 0,
		"encryption.age_recipients": []string{}, "encryption.recipients_file": "", "encryption.passphrase_file": "", "encryption.required": false,
		"env": []string{}, "env_file": "", "no_env": false, "http_host": "", "url": "", "variables_order": "", "home": "", "db_defaults_file": "",
		"with_php": "",
	}
	maps.Copy(keys, dumpDefaults())
	return keys
}

// renamedFlags returns the keys of the flags that have another name than their key.
func renamedFlags() map[string]string {
	return map[string]string{
		"to": "sinks", "recipient": "encryption.age_recipients", "recipients-file": "encryption.recipients_file",
		"passphrase-file": "encryption.passphrase_file",
	}
}

// flagName is the name of a key's flag.
func flagName(key string) string {
	for flag, k := range renamedFlags() {
		if k == key {
			return flag
		}
	}
	return strings.ReplaceAll(key, "_", "-")
}

// envName is the environment variable of a key.
func envName(key string) string {
	return envPrefix + "_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// nonEmptyKeys returns the keys whose environment variable must not be empty: a
// script that forgot to set it would send backups to another sink, or unsealed.
func nonEmptyKeys() []string {
	return []string{
		"sinks", "require_one_way", "encryption.age_recipients", "encryption.recipients_file", "encryption.passphrase_file", "encryption.required",
	}
}

// fileKeys returns the keys that decide which program runs, and with whose rights a site
// is read. Only a flag, or a file that no other user may write, can set them.
func fileKeys() []string { return []string{"with_php", "run_as"} }

// checkEnvironment refuses variables with our prefix that belong to no key, since they
// are misspelled, and the variables of fileKeys.
func checkEnvironment(environ []string) error {
	known := []string{envPrefix + "_CONFIG"}
	for key := range defaults() {
		known = append(known, envName(key))
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if slices.ContainsFunc(fileKeys(), func(key string) bool { return envName(key) == name }) {
			return fmt.Errorf("environment variable %s: the environment cannot set this key; set it in the configuration file", name)
		}
		if key := fileKeyIn(value); key != "" && strings.HasPrefix(name, envPrefix+"_") {
			return fmt.Errorf("environment variable %s: the environment cannot set the key %s; set it in the configuration file", name, key)
		}
		if strings.HasPrefix(name, envPrefix+"_") && !slices.Contains(known, name) {
			return fmt.Errorf("environment variable %s: no such key; see wp-oneway backup --help", name)
		}
		if strings.TrimSpace(value) == "" && slices.ContainsFunc(nonEmptyKeys(), func(key string) bool { return envName(key) == name }) {
			return fmt.Errorf("environment variable %s is empty; give it a value, or unset it", name)
		}
	}
	return nil
}

// fileKeyIn returns the key of fileKeys that a value sets in an entry of a list, or "".
func fileKeyIn(value string) string {
	var entries []any
	if yaml.Unmarshal([]byte(value), &entries) != nil {
		return "" // no list of entries
	}
	for _, entry := range entries {
		keys, _ := entry.(map[string]any)
		for key := range keys {
			if slices.Contains(fileKeys(), strings.ToLower(key)) {
				return strings.ToLower(key)
			}
		}
	}
	return ""
}

// findConfigFile returns the file to read, "" for none. given is the value of --config.
func findConfigFile(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if f := os.Getenv(envPrefix + "_CONFIG"); f != "" {
		return f, nil
	}
	candidates := []string{"/etc/wp-oneway/config.yaml"}
	if dir, err := os.UserConfigDir(); err == nil {
		candidates = append(candidates, filepath.Join(dir, "wp-oneway", "config.yaml"))
	}
	for _, f := range candidates {
		switch _, err := os.Stat(f); {
		case err == nil:
			return f, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return "", fmt.Errorf("read configuration: %w", err)
		}
	}
	return "", nil
}
