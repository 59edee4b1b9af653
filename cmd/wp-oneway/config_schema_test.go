package main

import (
	"encoding/json"
	"strings"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// configSchema returns the JSON Schema of a configuration file, in a version that editors support.
func configSchema(t keys.Table) ([]byte, error) {
	root := schemaOf(t, t)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "Configuration of wp-oneway"
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

// schemaOf returns the schema of a map with the keys of inner. all are the keys of the file.
func schemaOf(all, inner keys.Table) map[string]any {
	properties := map[string]any{}
	for _, k := range inner {
		parent, name, nested := strings.Cut(k.Name, ".")
		if !nested {
			properties[k.Name] = keySchema(all, k)
			continue
		}
		below, ok := properties[parent].(map[string]any)
		if !ok {
			below = map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
			properties[parent] = below
		}
		if of, ok := below["properties"].(map[string]any); ok {
			of[name] = keySchema(all, k)
		}
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// keySchema returns the schema of a key's values.
func keySchema(all keys.Table, k keys.Key) map[string]any {
	s := formSchema(k.Form)
	switch {
	case k.Form == keys.Groups:
		properties := map[string]any{}
		for _, group := range k.Groups {
			properties[group] = schemaOf(all, k.Keys)
		}
		s["properties"] = properties
	case k.Form == keys.Entries:
		entry := schemaOf(all, all.Entry(k))
		for _, inner := range k.Keys {
			if inner.Required {
				entry["required"] = []string{inner.Name}
			}
		}
		s["items"] = map[string]any{"anyOf": []any{entry, textSchema()}}
	case k.Choices != nil:
		s = map[string]any{"enum": k.Choices}
	}
	s["description"] = k.Text()
	if value := k.Value(); value != "" && k.Form != keys.Entries && k.Form != keys.List {
		s["default"] = value
	}
	return s
}

func textSchema() map[string]any { return map[string]any{"type": "string", "pattern": `\S`} }

// formSchema returns the schema of the values of a form.
func formSchema(f keys.Form) map[string]any {
	pattern := func(p string) map[string]any { return map[string]any{"type": "string", "pattern": p} }
	or := func(all ...any) map[string]any { return map[string]any{"anyOf": all} }
	duration := or(pattern(`^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`), map[string]any{"const": 0})
	integer := map[string]any{"type": "integer", "minimum": -1}
	switch f {
	case keys.Bool:
		return map[string]any{"type": "boolean"}
	case keys.Int:
		return map[string]any{"type": "integer"}
	case keys.Number:
		return map[string]any{"type": "number"}
	case keys.List:
		return map[string]any{"type": "array", "items": textSchema()}
	case keys.Entries:
		return map[string]any{"type": "array"}
	case keys.Groups:
		return map[string]any{"type": "object", "additionalProperties": false}
	case keys.Duration:
		return duration
	case keys.BoolOrDuration:
		return or(map[string]any{"type": "boolean"}, duration)
	case keys.Size, keys.Rate:
		return or(textSchema(), map[string]any{"type": "integer", "minimum": 0})
	case keys.BoolOrPath:
		return or(map[string]any{"type": "boolean"}, pattern("^/"))
	case keys.User:
		return or(textSchema(), map[string]any{"type": "integer", "minimum": 1})
	case keys.Count:
		return or(integer, pattern(`^(unlimited|-1|[0-9]+)$`))
	case keys.Span:
		return or(map[string]any{"type": "integer", "minimum": 0}, pattern(`^(unlimited|[0-9]+|([0-9]+y)?([0-9]+m)?([0-9]+d)?([0-9]+h)?)$`))
	case keys.Text:
	}
	return textSchema()
}
