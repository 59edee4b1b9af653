package main

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config validate|show|generate",
		Short: "Check, print or create the configuration",
		Long: `Check the configuration, print every key with its value and source, or print a commented example with every key. docs/configuration.md lists all keys, and
docs/config.schema.json is a JSON Schema for editors.`,
		Example: `  wp-oneway config validate
  wp-oneway config generate > config.yaml`,
		Annotations: noConfig(), Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return exit.Usage(fmt.Errorf("unknown command %q; use config validate, show or generate", args[0]))
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use: "validate", Aliases: []string{"check"}, Short: "Check the configuration", Args: noArguments,
		Long: `Check the file, the environment, and the files that the configuration names. This reads no site
and contacts no store. Exit status: 0 the configuration is valid; 2 it is not.`,
		Example: `  wp-oneway config validate
  wp-oneway config validate --config config.yaml`,
		RunE: func(*cobra.Command, []string) error { return a.validateConfig() },
	}, &cobra.Command{
		Use: "show", Short: "Print every key with its value and source", Args: noArguments,
		Long: `Print every key with its value and its source: the default, a file and line, the
environment or a flag. Secrets are printed as [redacted].`,
		Example: `  wp-oneway config show
  wp-oneway config show --config config.yaml`,
		RunE: func(*cobra.Command, []string) error { return a.showConfig() },
	}, &cobra.Command{
		Use: "generate", Aliases: []string{"init"}, Short: "Print a commented example with every key", Args: noArguments,
		Example: `  wp-oneway config generate
  wp-oneway config generate > config.yaml`,
		Annotations: noConfig(),
		RunE:        func(*cobra.Command, []string) error { return allKeys().WriteExample(a.Out) },
	})
	return cmd
}

// validateConfig checks what loading the configuration does not: the settings of each
// site, and the files that they name.
func (a *app) validateConfig() error {
	if err := a.validateSite(map[string]any{"path": "/"}, ""); err != nil && len(a.config.Sites) == 0 {
		return err
	}
	for i, keys := range a.config.Sites {
		if err := a.validateSite(keys, fmt.Sprintf("sites[%d]", i)); err != nil {
			return err
		}
	}
	where := a.config.path
	if where == "" {
		where = "no file; the environment and the defaults"
	}
	if _, err := fmt.Fprintf(a.Out, "%s: valid\n", where); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

func (a *app) validateSite(keys map[string]any, entry string) error {
	set, err := a.config.site(keys)
	if err != nil {
		return exit.Usage(err)
	}
	for _, s := range set.Sinks {
		if _, err := sinks.Parse(s.URL); err != nil {
			return exit.Usage(fmt.Errorf("%s: %w", a.config.at(entryKey(a.config, entry, "sinks")), err))
		}
	}
	if _, err := a.job(set, newEntry(set.Path, ""), site.OwnerHomes()); err != nil {
		word := strings.Trim(strings.FieldsFunc(err.Error()+" ", func(r rune) bool { return r == ' ' || r == ':' })[0], "'")
		return exit.Usage(fmt.Errorf("%s: %w", a.config.at(entryKey(a.config, entry, word)), err))
	}
	return nil
}

// entryKey is the key of an entry if the file sets it there, else that of all sites.
func entryKey(c *configuration, entry, key string) string {
	if full := entry + "." + key; c.lines[full] > 0 {
		return full
	}
	if c.lines[key] > 0 {
		return key
	}
	return entry
}

// showConfig prints the keys.
func (a *app) showConfig() error {
	c := a.config
	t := console.Table{Gap: 2, Columns: []console.Column{{}, {}, {}}}
	t.Add("KEY", "FROM", "VALUE")
	for _, k := range allKeys().Leaves() {
		from := c.origin(k)
		if from == "default" && strings.HasPrefix(k.Name, "retention.") {
			continue // 45 keys that say nothing
		}
		t.Add(k.Name, from, c.shown(k))
	}
	for i, entry := range c.Sites {
		at := fmt.Sprintf("sites[%d]", i)
		inner := allKeys().Entry(c.keys["sites"])
		for _, k := range inner.Leaves() {
			line := c.lines[at+"."+k.Name]
			value, set := lookup(entry, k.Name)
			if !set {
				continue
			}
			from := c.origin(c.keys["sites"])
			if line > 0 {
				from = fmt.Sprintf("%s:%d", c.path, line)
			}
			if _, known := c.keys[k.Name]; known && c.forced(k.Name) {
				from += ", replaced by the environment or a flag"
			}
			t.Add(at+"."+k.Name, from, redacted(k, value))
		}
	}
	var b strings.Builder
	t.Write(&b, console.ScreenOf(a.Out))
	if _, err := a.Out.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return nil
}

// lookup finds a key in the maps of an entry.
func lookup(values map[string]any, name string) (any, bool) {
	first, rest, nested := strings.Cut(name, ".")
	for key, value := range values {
		if !strings.EqualFold(key, first) {
			continue
		}
		if !nested {
			return value, true
		}
		below, _ := value.(map[string]any)
		return lookup(below, rest)
	}
	return nil, false
}

// origin says where the value of a key comes from.
func (c *configuration) origin(k keys.Key) string {
	if flag := c.flags.Lookup(k.FlagName()); flag != nil && flag.Changed {
		return "--" + flag.Name
	}
	if name := keys.EnvName(k.Name); os.Getenv(name) != "" {
		return name
	}
	if line := c.lines[k.Name]; line > 0 {
		return fmt.Sprintf("%s:%d", c.path, line)
	}
	return "default"
}

// shown is the value of a key as it is printed.
func (c *configuration) shown(k keys.Key) string {
	value, ok := c.values[k.Name]
	if !ok {
		value = k.Value()
	}
	if k.Name == "sites" {
		return fmt.Sprintf("%d entries", len(c.Sites))
	}
	return redacted(k, value)
}

// redacted is a value without secrets. The URL of a sink is printed only if it is valid:
// then it holds none.
func redacted(k keys.Key, value any) string {
	text := fmt.Sprint(value)
	of := reflect.ValueOf(value)
	isList := of.IsValid() && of.Kind() == reflect.Slice
	switch {
	case value == nil, text == "", isList && of.Len() == 0:
		return ""
	case k.Secret:
		return "[redacted]"
	case k.Form == keys.Entries && isList:
		var items []string
		for i := range of.Len() {
			items = append(items, redactedEntry(k, of.Index(i).Interface()))
		}
		return strings.Join(items, " ")
	case strings.Contains(text, "://") && hasPassword(text):
		return "[redacted]"
	}
	return text
}

func redactedEntry(list keys.Key, entry any) string {
	fields, isMap := entry.(map[string]any)
	if !isMap {
		fields = map[string]any{list.Keys[0].Name: entry}
	}
	var parts []string
	for _, k := range list.Keys.Leaves() {
		value, ok := lookup(fields, k.Name)
		if !ok {
			continue
		}
		text := redacted(k, value)
		if list.Name == "sinks" && k.Name == "url" {
			if _, err := sinks.Parse(fmt.Sprint(value)); err != nil {
				text = "[redacted: not a valid URL]"
			}
		}
		parts = append(parts, k.Name+"="+text)
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// hasPassword reports whether a text is, or may be, a URL with a password.
func hasPassword(text string) bool {
	u, err := url.Parse(text)
	return err != nil || u.User != nil
}
