package keys

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A File is the content of a configuration file.
type File struct {
	Path string
	Keys map[string]any
	// Lines holds the line of each key, such as limits.sites and sites[0].name.
	Lines map[string]int
}

// readAdvice returns the advice about an error of reading a file, after a semicolon, or "".
func readAdvice(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "; make one with wp-oneway config generate, or run without --config"
	case errors.Is(err, fs.ErrPermission):
		return "; run as a user who may read it, or give another file with --config"
	}
	return ""
}

// ReadFile reads a file that only its owner and root may write, because the file decides what is
// read with their rights and where backups are stored. It refuses unknown keys, empty keys, and
// keys that occur twice in different case, because viper would ignore these errors.
func (t Table) ReadFile(path string) (*File, error) {
	text, err := operator.ReadFile(path, operator.Everybody)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w%s", err, readAdvice(err))
	}
	f := &File{Path: path, Lines: map[string]int{}}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, f.syntaxError(text, err)
	}
	if len(document.Content) == 0 {
		return f, nil // the file is empty, or has only comments
	}
	if err := document.Decode(&f.Keys); err != nil {
		return nil, f.syntaxError(text, err)
	}
	check := &fileCheck{File: f, table: t, all: t.index(), entries: map[string]*index{}}
	return f, check.keys(scope{index: check.all}, document.Content[0], map[string]bool{})
}

// syntaxError adds the file and the line to an error of the YAML parser. The parser does not name
// the line if it is the first one, or if YAML does not allow a byte.
func (f *File) syntaxError(text []byte, err error) error {
	line, message := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`(?s)\bline (\d+): (.*)`).FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	} else if i := bytes.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' }); i >= 0 {
		line += bytes.Count(text[:i], []byte("\n"))
	}
	return fmt.Errorf("read configuration %s:%d: %s; correct the YAML", f.Path, line, message)
}

// A fileCheck checks the keys of a file.
type fileCheck struct {
	*File
	table   Table
	all     *index
	entries map[string]*index // of the lists found so far, by the list's name
}

// An index looks up the keys of a table.
type index struct {
	leaves map[string]Key
	maps   map[string]bool // the maps that hold other keys, such as limits
}

func (t Table) index() *index {
	x := &index{leaves: map[string]Key{}, maps: map[string]bool{}}
	for _, k := range t.Leaves() {
		x.leaves[k.Name] = k
		for in := k.Name; strings.Contains(in, "."); {
			in = in[:strings.LastIndex(in, ".")]
			x.maps[in] = true
		}
	}
	return x
}

// names returns the names of all keys and maps, sorted.
func (x *index) names() []string {
	return append(slices.Sorted(maps.Keys(x.leaves)), slices.Sorted(maps.Keys(x.maps))...)
}

// A scope is a map in the file: the whole file, an entry of a list, or a map inside one of them.
type scope struct {
	entry  string // the entry of a list that is this map or contains it, such as sites[0], or ""
	key    string // the key of the map within that entry, or ""
	*index        // all keys of the entry
}

// full returns the name of a key of the map, within the entry.
func (s scope) full(key string) string { return strings.TrimPrefix(s.key+"."+key, ".") }

// path returns the name of a key of the map, as in File.Lines.
func (s scope) path(key string) string { return strings.TrimPrefix(s.entry+"."+s.full(key), ".") }

// errorf returns an error about the line of a node.
func (f *fileCheck) errorf(node *yaml.Node, s scope, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if s.entry != "" {
		text = quoted(s.entry) + ": " + text
	}
	return fmt.Errorf("configuration %s:%d: %s", f.Path, node.Line, text)
}

// keys checks the keys of a map and everything below them. seen holds the keys of the map that
// were found so far.
func (f *fileCheck) keys(s scope, node *yaml.Node, seen map[string]bool) error {
	node = resolve(node)
	if node.Kind != yaml.MappingNode {
		return nil // decoding refuses it
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if name.Tag == "!!merge" {
			if err := f.merged(s, value); err != nil {
				return err
			}
			continue
		}
		key := strings.ToLower(name.Value)
		full := s.full(key)
		if seen[key] {
			return f.errorf(name, s, "%s is set twice, with different case; remove one of them", quoted(full))
		}
		if _, leaf := s.leaves[full]; !leaf && !s.maps[full] {
			return f.errorf(name, s, "%s", f.unknown(s, name.Value))
		}
		seen[key] = true
		f.Lines[s.path(key)] = name.Line
		if err := f.value(s, key, value); err != nil {
			return err
		}
	}
	return nil
}

// unknown returns the text of the error about a key that the scope does not have.
func (f *fileCheck) unknown(s scope, key string) string {
	full := s.full(key)
	if _, leaf := f.all.leaves[full]; s.entry != "" && (leaf || f.all.maps[full]) {
		return "unknown key " + quoted(full) + " in an entry of a list; set it for all sites, at the top level"
	}
	var below []string
	for _, name := range s.names() {
		if s.key != "" && strings.HasPrefix(name, s.key+".") {
			below = append(below, name)
		}
	}
	found := cmp.Or(Nearest(full, below), Nearest(full, s.names()))
	if found != "" {
		found = quoted(found)
	}
	return "unknown key " + quoted(full) + suggest(found, "wp-oneway config generate")
}

// merged checks the maps that << merges into a map. The map's own keys override the merged ones,
// so a key that is in both does not count as set twice.
func (f *fileCheck) merged(s scope, node *yaml.Node) error {
	node = resolve(node)
	if node.Kind != yaml.SequenceNode {
		return f.keys(s, node, map[string]bool{})
	}
	for _, item := range node.Content {
		if err := f.keys(s, item, map[string]bool{}); err != nil {
			return err
		}
	}
	return nil
}

// value refuses empty values at any depth.
func (f *fileCheck) value(s scope, key string, node *yaml.Node) error {
	value, full := resolve(node), s.full(key)
	switch value.Kind {
	case yaml.DocumentNode, yaml.AliasNode: // resolve has replaced them
	case yaml.ScalarNode:
		if empty(value) {
			return f.errorf(node, s, "%s is empty; give it a value, or remove it", quoted(full))
		}
	case yaml.MappingNode:
		if s.maps[full] {
			return f.keys(scope{entry: s.entry, key: full, index: s.index}, value, map[string]bool{})
		} // otherwise it must not be a map, and decoding refuses it
	case yaml.SequenceNode:
		for i, item := range value.Content {
			if err := f.item(s, key, i, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// item checks one entry of a list.
func (f *fileCheck) item(s scope, key string, i int, node *yaml.Node) error {
	name := fmt.Sprintf("%s[%d]", key, i)
	item := resolve(node)
	f.Lines[s.path(name)] = node.Line
	if empty(item) {
		return f.errorf(node, s, "%s is empty; give it a value, or remove it", quoted(s.full(name)))
	}
	list := s.leaves[s.full(key)]
	if item.Kind != yaml.MappingNode || list.Form != Entries {
		return nil // decoding refuses it
	}
	if f.entries[list.Name] == nil {
		f.entries[list.Name] = f.table.Entry(list).index()
	}
	return f.keys(scope{entry: s.path(name), index: f.entries[list.Name]}, item, map[string]bool{})
}

// resolve returns the node that an alias stands for.
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
