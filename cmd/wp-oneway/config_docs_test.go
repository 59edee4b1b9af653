package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// checkDocument compares a document with the text that the test has made. If UPDATE_DOCS=1 is in
// the environment, it writes the document.
func checkDocument(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is out of date (%v); run UPDATE_DOCS=1 go test ./cmd/wp-oneway -run %s", path, err, t.Name())
	}
}

const referenceHead = `# Configuration: all keys

The configuration is ` + "`/etc/wp-oneway/config.yaml`, else `~/.config/wp-oneway/config.yaml`" + `. If a user may not read the
first file, the user's own file is used, and ` + "`--verbose`" + ` says so. Each key is also an environment
variable, such as ` + "`WP_ONEWAY_LIMITS_SITES` for `limits.sites`" + `. Flags override the environment, and the environment
overrides the file. Unknown keys are errors.

    wp-oneway config generate  # prints a commented example with every key
    wp-oneway config validate  # checks the configuration
    wp-oneway config show      # prints every key, its value and where it comes from

Many editors check the file with the schema in [config.schema.json](config.schema.json) if the first line is
` + "`# yaml-language-server: $schema=` and the path or URL of the schema" + `.

Keys with *yes* under *site* can also be set in an entry of ` + "`sites`" + `, for that site.
`

// The reference and the schema come from the table of keys.
func TestConfigurationDocuments(t *testing.T) {
	checkDocument(t, "configuration.md", referenceHead+configReference(settings.Keys()))
	schema, err := configSchema(settings.Keys())
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, "config.schema.json", string(schema))
}

// loads returns the error with which the schema or the program refuses a configuration.
func loads(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return err
	}
	if value != nil {
		if err := schema.Validate(value); err != nil {
			return err
		}
	}
	text = strings.NewReplacer("www-data", "nobody", "group: nagios", "group: root").Replace(text) // users and groups that every host has
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := settings.Load(pflag.NewFlagSet("", pflag.ContinueOnError), file)
	return err
}

// withoutRivals removes keys that cannot be combined with another key of the same map.
func withoutRivals(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = withoutRivals(value[i])
		}
	case map[string]any:
		for key, below := range value {
			if slices.Contains([]string{"keep_for", "after", "shell", "password", "push_url", "ping_url", "sendmail"}, key) {
				delete(value, key)
				continue
			}
			value[key] = withoutRivals(below)
		}
	}
	return value
}

// The generated example is valid, for the program and for the schema: as it is, and with each of
// its keys set. It contains every key.
func TestGeneratedExample(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var example bytes.Buffer
	if err := settings.Keys().WriteExample(&example); err != nil {
		t.Fatal(err)
	}
	if err := loads(t, schema, example.String()); err != nil {
		t.Errorf("as it is: %v", err)
	}
	text, found := regexp.MustCompile(`(?m)^#([^ \n]|  )`).ReplaceAllString(example.String(), "$1"), map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &found); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	v := viper.New()
	if err := v.MergeConfigMap(found); err != nil {
		t.Fatal(err)
	}
	for _, k := range settings.Keys() {
		if !v.IsSet(k.Name) {
			t.Errorf("the example lacks %s", k.Name)
		}
	}
	for key, value := range found {
		one, err := yaml.Marshal(map[string]any{key: withoutRivals(value)})
		if err != nil {
			t.Fatal(err)
		}
		if err := loads(t, schema, string(one)); err != nil {
			t.Errorf("%s: %v\n%s", key, err, one)
		}
	}
	for _, wrong := range []string{"kind: half", "keep_last: -2", "keep_within: 1w", "sinks: [{uri: /x}]", "limits: {stall: 5}", "sites: [{kind: db}]", "retention: {dbs: {keep_last: 1}}", "no_uploads: maybe"} {
		var value any
		if err := yaml.Unmarshal([]byte(wrong), &value); err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("the schema accepts %s", wrong)
		}
	}
}

// Every example in the documents is a valid configuration.
func TestExamplesInDocuments(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range append(documents, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1) {
			if n++; strings.Contains(string(m[1]), "\ngroups:") || strings.HasPrefix(string(m[1]), "groups:") {
				continue // alert rules of Prometheus
			}
			if err := loads(t, schema, string(m[1])); err != nil {
				t.Errorf("%s: %v\n%s", path, err, m[1])
			}
		}
	}
	if n == 0 {
		t.Error("no example was found")
	}
}
