package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/agent"
)

// readFile reads the configuration's file, which nobody but the operator and root
// may have written: it says what is read with their rights, and where it goes.
// viper passes over keys that have no value, and takes one of two that differ in
// case; both are refused here, since what they were to say would not be done.
func (a *app) readFile(path string) error {
	text, err := agent.ReadOwnFile(path, false)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	a.config.SetConfigFile(path)
	if err := a.config.ReadConfig(bytes.NewReader(text)); err != nil {
		return fmt.Errorf("read configuration %s: %w", path, err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return fmt.Errorf("read configuration %s: %w", path, err)
	}
	if err := checkKeys("", tree, keysOf(defaults())); err != nil {
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	return nil
}

// keysOf are the keys, and the maps that they lie in.
func keysOf(defaults map[string]any) []string {
	var known []string
	for key := range defaults {
		if in, _, nested := strings.Cut(key, "."); nested {
			known = append(known, in)
		}
		known = append(known, key)
	}
	return known
}

// checkKeys refuses keys of a map that are unknown, there twice, or empty.
func checkKeys(in string, tree map[string]any, known []string) error {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		key := strings.ToLower(name)
		full := strings.TrimPrefix(in+"."+key, ".")
		switch {
		case seen[key]:
			return fmt.Errorf("%s is there twice, in letters of different case; leave one out", quoted(full))
		case !slices.Contains(known, full):
			return fmt.Errorf("%shas invalid keys: %s", strings.TrimPrefix(quoted(in)+" ", "'' "), name)
		}
		seen[key] = true
		if err := checkValue(full, tree[name], known); err != nil {
			return err
		}
	}
	return nil
}

// checkValue refuses what is empty, at any depth.
func checkValue(key string, value any, known []string) error {
	switch v := value.(type) {
	case nil:
		return fmt.Errorf("%s is empty; give it a value, or leave it out", quoted(key))
	case string:
		if strings.TrimSpace(v) == "" {
			return checkValue(key, nil, known)
		}
	case map[string]any:
		if slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, key+".") }) {
			return checkKeys(key, v, known)
		} // else there should be none, which is refused when it is decoded
	case []any:
		for i, item := range v {
			if err := checkItem(fmt.Sprintf("%s[%d]", key, i), key, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkItem is checkValue for one of a list. What keys a site or a sink may have is
// looked at when it is decoded.
func checkItem(name, key string, item any) error {
	below, ok := item.(map[string]any)
	if !ok {
		return checkValue(name, item, nil)
	}
	var known []string
	switch key {
	case "sites":
		known = append(keysOf(defaults()), "path", "ignore")
	case "sinks":
		known = []string{"url", "require_one_way"}
	default:
		return nil // refused when it is decoded
	}
	if err := checkKeys("", below, known); err != nil {
		return fmt.Errorf("%s: %w", quoted(name), err)
	}
	return nil
}

func quoted(key string) string { return "'" + key + "'" }
