package settings

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// AtEntry returns the place to name in an error about a key of an entry: the line that sets the
// key in the entry, else the line that sets it for all sites, else the entry.
func (c *Configuration) AtEntry(entry, key string) string {
	if full := entry + "." + key; c.file.Lines[full] > 0 {
		return c.At(full)
	}
	if c.file.Lines[key] > 0 {
		return c.At(key)
	}
	return c.At(entry)
}

// lookup finds a key in nested maps.
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

// origin returns where the value of a key comes from.
func (c *Configuration) origin(k keys.Key) string {
	if flag := c.flags.Lookup(k.FlagName()); flag != nil && flag.Changed {
		return "--" + flag.Name
	}
	if name := keys.EnvName(k.Name); os.Getenv(name) != "" {
		return name
	}
	if line := c.file.Lines[k.Name]; line > 0 {
		return fmt.Sprintf("%s:%d", c.Path, line)
	}
	return "default"
}

// shown returns the value of a key as it is printed.
func (c *Configuration) shown(k keys.Key) string {
	value, ok := c.values[k.Name]
	if !ok {
		value = k.Value()
	}
	if k.Name == "sites" {
		return fmt.Sprintf("%d entries", len(c.Sites))
	}
	return redacted(k, value)
}

// redacted returns a value without secrets. It shows the URL of a sink only if the URL is valid,
// because a valid URL holds no secret.
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

// ShownKeys returns the keys that are set or have a default. Each row has the name of the key,
// where its value comes from, and the value without secrets.
func (c *Configuration) ShownKeys() (rows [][3]string) {
	for _, k := range Keys().Leaves() {
		from := c.origin(k)
		if from == "default" && strings.HasPrefix(k.Name, "retention.") {
			continue // otherwise, 45 rows would show that nothing is set
		}
		rows = append(rows, [3]string{k.Name, from, c.shown(k)})
	}
	for i, entry := range c.Sites {
		at := fmt.Sprintf("sites[%d]", i)
		inner := Keys().Entry(c.keys["sites"])
		for _, k := range inner.Leaves() {
			line := c.file.Lines[at+"."+k.Name]
			value, set := lookup(entry, k.Name)
			if !set {
				continue
			}
			from := c.origin(c.keys["sites"])
			if line > 0 {
				from = fmt.Sprintf("%s:%d", c.Path, line)
			}
			if _, known := c.keys[k.Name]; known && c.Forced(k.Name) {
				from += ", replaced by the environment or a flag"
			}
			rows = append(rows, [3]string{at + "." + k.Name, from, redacted(k, value)})
		}
	}
	return rows
}
