package keys

import (
	"encoding/json"
	"strings"
)

// Schema returns the JSON Schema of a configuration file, in a version that editors support.
func (t Table) Schema() ([]byte, error) {
	root := t.object(t)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "Configuration of wp-oneway"
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

// object returns the schema of a map with the keys of inner.
func (t Table) object(inner Table) map[string]any {
	properties := map[string]any{}
	for _, k := range inner {
		parent, name, nested := strings.Cut(k.Name, ".")
		if !nested {
			properties[k.Name] = t.schema(k)
			continue
		}
		below, ok := properties[parent].(map[string]any)
		if !ok {
			below = map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
			properties[parent] = below
		}
		if of, ok := below["properties"].(map[string]any); ok {
			of[name] = t.schema(k)
		}
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// schema returns the schema of a key's values.
func (t Table) schema(k Key) map[string]any {
	s := k.Form.schema()
	switch {
	case k.Form == Groups:
		properties := map[string]any{}
		for _, group := range k.Groups {
			properties[group] = t.object(k.Keys)
		}
		s["properties"] = properties
	case k.Form == Entries:
		entry := t.object(t.Entry(k))
		for _, inner := range k.Keys {
			if inner.Required {
				entry["required"] = []string{inner.Name}
			}
		}
		s["items"] = map[string]any{"anyOf": []any{entry, text()}}
	case k.Choices != nil:
		s = map[string]any{"enum": k.Choices}
	}
	s["description"] = k.Text()
	if value := k.Value(); value != "" && k.Form != Entries && k.Form != List {
		s["default"] = value
	}
	return s
}

func text() map[string]any { return map[string]any{"type": "string", "pattern": `\S`} }

// schema returns the schema of the values of a form.
func (f Form) schema() map[string]any {
	pattern := func(p string) map[string]any { return map[string]any{"type": "string", "pattern": p} }
	or := func(all ...any) map[string]any { return map[string]any{"anyOf": all} }
	duration := or(pattern(`^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`), map[string]any{"const": 0})
	integer := map[string]any{"type": "integer", "minimum": -1}
	switch f {
	case Bool:
		return map[string]any{"type": "boolean"}
	case Int:
		return map[string]any{"type": "integer"}
	case Number:
		return map[string]any{"type": "number"}
	case List:
		return map[string]any{"type": "array", "items": text()}
	case Entries:
		return map[string]any{"type": "array"}
	case Groups:
		return map[string]any{"type": "object", "additionalProperties": false}
	case Duration:
		return duration
	case BoolOrDuration:
		return or(map[string]any{"type": "boolean"}, duration)
	case Size, Rate:
		return or(text(), map[string]any{"type": "integer", "minimum": 0})
	case BoolOrPath:
		return or(map[string]any{"type": "boolean"}, pattern("^/"))
	case User:
		return or(text(), map[string]any{"type": "integer", "minimum": 1})
	case Count:
		return or(integer, pattern(`^(unlimited|-1|[0-9]+)$`))
	case Span:
		return or(map[string]any{"type": "integer", "minimum": 0}, pattern(`^(unlimited|[0-9]+|([0-9]+y)?([0-9]+m)?([0-9]+d)?([0-9]+h)?)$`))
	case Text:
	}
	return text()
}
