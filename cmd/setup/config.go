package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/google/renameio/v2"
	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A file is the configuration file: the existing content, and what is to be added.
type file struct {
	path   string
	exists bool
	text   string
	keys   map[string]any

	sites     []string // paths; empty means all
	sink      string
	recipient string
	unsealed  bool // the user decided not to seal, so setup does not ask again
}

// readFile reads the configuration file, if there is one.
func readFile(path string) (*file, error) {
	f := &file{path: path}
	text, err := operator.ReadFile(path, operator.Everybody)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w; setup needs to read and write it: run it as the user who makes the backups", err)
	}
	f.exists, f.text = true, string(text)
	return f, f.parse()
}

func (f *file) parse() error {
	if err := yaml.Unmarshal([]byte(f.text), &f.keys); err != nil {
		return fmt.Errorf("read configuration %s: %s; correct the YAML, and run setup again", f.path, strings.Join(strings.Fields(err.Error()), " "))
	}
	return nil
}

// has reports whether the configuration has a key with a value.
func (f *file) has(key string) bool { return f.keys[key] != nil }

// added returns the text to add to the configuration: top-level keys that it does not have.
func (f *file) added() (string, error) {
	var parts []any
	if f.sink != "" {
		parts = append(parts, map[string]any{"sinks": []string{f.sink}})
	}
	if f.recipient != "" {
		parts = append(parts, map[string]any{"encryption": map[string]any{"age_recipients": []string{f.recipient}, "required": true}})
	}
	if f.unsealed {
		parts = append(parts, map[string]any{"encryption": map[string]any{"required": false}})
	}
	if len(f.sites) > 0 {
		sites := make([]map[string]string, len(f.sites))
		for i, path := range f.sites {
			sites[i] = map[string]string{"path": path}
		}
		parts = append(parts, map[string]any{"sites": sites})
	}
	var b strings.Builder
	for _, part := range parts {
		text, err := yaml.Marshal(part)
		if err != nil {
			return "", fmt.Errorf("write the configuration: %w", err)
		}
		b.Write(text)
	}
	return b.String(), nil
}

// with returns the text of the configuration with more keys at its end. It fails if text at the
// end adds no keys, such as after a mapping in braces.
func (f *file) with(added string) (string, error) {
	text := f.text
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	text += added
	var whole, more map[string]any
	if err := errors.Join(yaml.Unmarshal([]byte(added), &more), yaml.Unmarshal([]byte(text), &whole)); err != nil {
		return "", fmt.Errorf("add to %s: %s; add the keys above by hand, and run setup again", f.path, strings.Join(strings.Fields(err.Error()), " "))
	}
	for _, part := range []map[string]any{f.keys, more} {
		for key, value := range part {
			if !reflect.DeepEqual(whole[key], value) {
				return "", fmt.Errorf("add to %s: its keys are not one in each line (key: value), so nothing was written; add the keys above by hand, and run setup again", f.path)
			}
		}
	}
	return text, nil
}

// A keyFile is a credentials file to write.
type keyFile struct {
	path, id string
	secret   secret.Text
}

func (k *keyFile) text() []byte {
	return fmt.Appendf(nil, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", k.id, k.secret.Reveal())
}

// write shows what it is going to write, and then writes it: the whole configuration, or nothing.
func (s *Setup) write(ctx context.Context) error {
	s.heading(4, "Configuration")
	added, err := s.file.added()
	if err != nil {
		return err
	}
	if added == "" {
		s.sayf("%s is complete.", s.Config)
		return nil
	}
	s.sayf("This is added to %s, which only its owner can read:\n", s.Config)
	for line := range strings.Lines(added) {
		fmt.Fprint(s.Out, "  "+wordpress.Printable(strings.TrimSuffix(line, "\n"))+"\n")
	}
	if s.newKeys != nil {
		s.sayf("\nThe access key is written to %s, which only its owner can read.", s.newKeys.path)
	}
	if !s.Yes {
		yes, err := s.Terminal.Confirm(ctx, "Write this?", true)
		if err != nil {
			return err
		}
		if !yes {
			return errors.New("nothing was written; run setup again to answer differently")
		}
	}
	if err := s.replace(ctx, added); err != nil {
		return err
	}
	s.file.exists = true
	s.sayf("Written.")
	return nil
}

// replace first writes the credentials file, and then adds the keys to the configuration in one
// step.
func (s *Setup) replace(ctx context.Context, added string) error {
	text, err := s.file.with(added)
	if err != nil {
		return err
	}
	folder := filepath.Dir(s.Config)
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // the files in it are protected; others may be for everybody
		return fmt.Errorf("create the folder of the configuration: %w", err)
	}
	pending, err := renameio.NewPendingFile(s.Config, renameio.WithTempDir(folder), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("write %s: %w", s.Config, err)
	}
	defer pending.Cleanup() //nolint:errcheck // it is gone once it has its name
	if _, err := pending.WriteString(text); err != nil {
		return fmt.Errorf("write %s: %w", s.Config, err)
	}
	if _, err := s.Output(ctx, "--config", pending.Name(), "config", "validate"); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("check the new configuration: it is not valid, and nothing was written: %w", err)
	}
	undo := func() {}
	if k := s.newKeys; k != nil {
		if !operator.Exists(k.path) {
			undo = func() { _ = os.Remove(k.path) } // only the error of the configuration is reported
		}
		if err := renameio.WriteFile(k.path, k.text(), 0o600, renameio.WithStaticPermissions(0o600)); err != nil {
			return fmt.Errorf("write %s: %w", k.path, err)
		}
	}
	if err := pending.CloseAtomicallyReplace(); err != nil {
		undo()
		return fmt.Errorf("write %s: %w", s.Config, err)
	}
	return nil
}
