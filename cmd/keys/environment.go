package keys

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// EnvPrefix is the prefix of every environment variable that sets a key.
const EnvPrefix = "WP_ONEWAY"

// configVariable is the variable that names the configuration file. It belongs to no key.
const configVariable = EnvPrefix + "_CONFIG"

// EnvName returns the name of a key's environment variable.
func EnvName(name string) string {
	return EnvPrefix + "_" + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

// CheckEnvironment refuses variables that begin with EnvPrefix but belong to no key, because they
// are misspelled. It also refuses variables of keys that only a file can set.
func (t Table) CheckEnvironment(environ []string) error {
	leaves, fileOnly := map[string]Key{}, t.fileOnly()
	known := []string{configVariable}
	for _, k := range t.Leaves() {
		leaves[EnvName(k.Name)] = k
		known = append(known, EnvName(k.Name))
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, EnvPrefix+"_") {
			continue
		}
		if slices.ContainsFunc(fileOnly, func(key string) bool { return EnvName(key) == name }) {
			return fmt.Errorf("environment variable %s: the environment cannot set this key; set it in the configuration file", name)
		}
		if key := keyIn(value, fileOnly); key != "" {
			return fmt.Errorf("environment variable %s: the environment cannot set the key %s; set it in the configuration file", name, key)
		}
		if !slices.Contains(known, name) {
			return fmt.Errorf("environment variable %s: no such key%s", name, suggest(Nearest(name, known), "docs/configuration.md"))
		}
		if leaves[name].NonEmpty && strings.TrimSpace(value) == "" {
			return fmt.Errorf("environment variable %s is empty; give it a value, or unset it", name)
		}
	}
	return nil
}

// fileOnly returns the names of the keys that only a file can set: they decide which program
// runs, and with whose rights a site is read.
func (t Table) fileOnly() (names []string) {
	for _, k := range t {
		if k.FileOnly {
			names = append(names, k.Name)
		}
		names = append(names, k.Keys.fileOnly()...)
	}
	return names
}

// keyIn returns the one of the keys that a value sets in an entry of a list, or "".
func keyIn(value string, names []string) string {
	var entries []any
	if yaml.Unmarshal([]byte(value), &entries) != nil {
		return "" // the value is not a list of entries
	}
	for _, entry := range entries {
		set, _ := entry.(map[string]any)
		for name := range set {
			if name = strings.ToLower(name); slices.Contains(names, name) {
				return name
			}
		}
	}
	return ""
}
