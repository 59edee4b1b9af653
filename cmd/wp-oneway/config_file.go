package main

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A configFile is the content of a configuration file.
type configFile struct {
	path  string
	keys  map[string]any
	lines map[string]int // as in configuration
}

// readConfigFile reads a file that only its owner and root may write, since it decides
// what is read with their rights and where backups are stored. It refuses unknown and
// empty keys, and keys that occur twice in different case: viper would ignore them.
func readConfigFile(path string) (*configFile, error) {
	text, err := operator.ReadFile(path, operator.Everybody)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	f := &configFile{path: path, lines: map[string]int{}}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", path, err)
	}
	if len(document.Content) == 0 {
		return f, nil // empty, or comments only
	}
	if err := document.Decode(&f.keys); err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", path, err)
	}
	return f, f.checkKeys(scope{known: knownKeys(defaults())}, document.Content[0], map[string]bool{})
}

// knownKeys returns the keys, and the maps that contain them.
func knownKeys(defaults map[string]any) []string {
	var known []string
	for key := range defaults {
		if in, _, nested := strings.Cut(key, "."); nested {
			known = append(known, in)
		}
		known = append(known, key)
	}
	return known
}

// A scope is a map in the file: the whole file, an entry of a list, or a map below
// either.
type scope struct {
	entry string   // the entry of a list that it is or lies in, such as sites[0], or ""
	key   string   // the key of the map within that entry, or ""
	known []string // all keys of the entry
}

// full is a key of the map, within the entry.
func (s scope) full(key string) string { return strings.TrimPrefix(s.key+"."+key, ".") }

// path is a key of the map as configuration.lines has it.
func (s scope) path(key string) string { return strings.TrimPrefix(s.entry+"."+s.full(key), ".") }

// errorf is an error about the line of a node.
func (f *configFile) errorf(node *yaml.Node, s scope, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if s.entry != "" {
		text = quoted(s.entry) + ": " + text
	}
	return fmt.Errorf("configuration %s:%d: %s", f.path, node.Line, text)
}

// checkKeys checks the keys of a map, and what is below them. seen are the keys of
// the map that were found so far.
func (f *configFile) checkKeys(s scope, node *yaml.Node, seen map[string]bool) error {
	node = resolve(node)
	if node.Kind != yaml.MappingNode {
		return nil // refused when it is decoded
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if name.Tag == "!!merge" {
			if err := f.checkMerged(s, value); err != nil {
				return err
			}
			continue
		}
		key := strings.ToLower(name.Value)
		full := s.full(key)
		switch {
		case seen[key]:
			return f.errorf(name, s, "%s is there twice, in letters of different case; remove one of them", quoted(full))
		case !slices.Contains(s.known, full):
			return f.errorf(name, s, "unknown key %s", quoted(s.full(name.Value)))
		}
		seen[key] = true
		f.lines[s.path(key)] = name.Line
		if err := f.checkValue(s, key, value); err != nil {
			return err
		}
	}
	return nil
}

// checkMerged checks the maps that << merges into a map. The map's own keys replace
// theirs, so that no key occurs twice.
func (f *configFile) checkMerged(s scope, node *yaml.Node) error {
	node = resolve(node)
	if node.Kind != yaml.SequenceNode {
		return f.checkKeys(s, node, map[string]bool{})
	}
	for _, item := range node.Content {
		if err := f.checkKeys(s, item, map[string]bool{}); err != nil {
			return err
		}
	}
	return nil
}

// checkValue refuses empty values at any depth.
func (f *configFile) checkValue(s scope, key string, node *yaml.Node) error {
	value, full := resolve(node), s.full(key)
	switch value.Kind {
	case yaml.DocumentNode, yaml.AliasNode: // resolve has replaced them
	case yaml.ScalarNode:
		if empty(value) {
			return f.errorf(node, s, "%s is empty; give it a value, or remove it", quoted(full))
		}
	case yaml.MappingNode:
		if slices.ContainsFunc(s.known, func(k string) bool { return strings.HasPrefix(k, full+".") }) {
			return f.checkKeys(scope{entry: s.entry, key: full, known: s.known}, value, map[string]bool{})
		} // otherwise it must not be a map, and is refused when it is decoded
	case yaml.SequenceNode:
		for i, item := range value.Content {
			if err := f.checkItem(s, key, i, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkItem checks one entry of a list.
func (f *configFile) checkItem(s scope, key string, i int, node *yaml.Node) error {
	name := fmt.Sprintf("%s[%d]", key, i)
	item := resolve(node)
	f.lines[s.path(name)] = node.Line
	if empty(item) {
		return f.errorf(node, s, "%s is empty; give it a value, or remove it", quoted(s.full(name)))
	}
	if item.Kind != yaml.MappingNode {
		return nil
	}
	inner := scope{entry: s.path(name)}
	switch key {
	case "sites":
		inner.known = append(knownKeys(defaults()), "path", "ignore", "run_as")
	case "sinks":
		inner.known = []string{"url", "require_one_way"}
	default:
		return nil // refused when it is decoded
	}
	return f.checkKeys(inner, item, map[string]bool{})
}

// resolve follows aliases.
func resolve(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

func empty(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && (node.Tag == "!!null" || strings.TrimSpace(node.Value) == "")
}

func quoted(key string) string { return "'" + key + "'" }
