package keys

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// WriteExample writes a configuration file with every key, each as a comment with its default or
// an example. A line that begins with # and a space is an explanation. To set a key, the user
// removes the # from its line.
func (t Table) WriteExample(w io.Writer) error {
	e := &example{}
	e.line("# Configuration of wp-oneway: /etc/wp-oneway/config.yaml, or")
	e.line("# ~/.config/wp-oneway/config.yaml. Each key is shown with its default, or with an")
	e.line("# example. To set a key, remove the # from its lines, and from the line of its group,")
	e.line("# such as limits. Lines that begin with # and a space are explanations.")
	in := ""
	for _, k := range t {
		parent, name, nested := strings.Cut(k.Name, ".")
		if !nested {
			parent, name = "", k.Name
		}
		e.line("")
		if nested && parent != in {
			e.line("#" + parent + ":")
		}
		in = parent
		k.Name = name
		if nested {
			e.key(t, k, "  ")
		} else {
			e.key(t, k, "")
		}
	}
	_, err := io.WriteString(w, e.text.String())
	return err
}

// An example collects the text of WriteExample.
type example struct{ text strings.Builder }

func (e *example) line(text string) { e.text.WriteString(strings.TrimRight(text, " ") + "\n") }

// key writes a key, and the keys of its entries or groups.
func (e *example) key(t Table, k Key, indent string) {
	e.explain(indent, k.describe())
	switch {
	case k.Form == Groups:
		e.line("#" + indent + k.Name + ":")
		e.line("#" + indent + "  " + k.Groups[0] + ":")
		for _, inner := range k.Keys {
			inner.Global = true
			e.key(t, inner, indent+"    ")
		}
	case k.Form == Entries:
		e.entries(t, k, indent)
	default:
		e.line("#" + indent + k.Name + ": " + k.sample())
	}
}

// entries writes a list with one example entry.
func (e *example) entries(t Table, k Key, indent string) {
	e.line("#" + indent + k.Name + ":")
	if k.SiteKeys {
		e.explain(indent+"  ", "an entry can also have every key that is marked with (site)")
	}
	before := e.text.Len()
	for i, inner := range k.Keys {
		inner.Global = true // no mark (site): that is for keys at the top level
		e.key(t, inner, indent+"    ")
		if i == 0 { // the first key begins the entry
			text := e.text.String()
			head, tail := text[:before], text[before:]
			from := "#" + indent + "    " + inner.Name + ":"
			e.text.Reset()
			e.text.WriteString(head + strings.Replace(tail, from, "#"+indent+"  - "+inner.Name+":", 1))
		}
	}
}

// explain writes an explanation, indented like the key, in lines of at most 90 characters.
func (e *example) explain(indent, text string) {
	begin := "# " + indent
	if indent != "" {
		begin = "#" + indent + "# "
	}
	line := begin
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > 88 && line != begin {
			e.line(line)
			line = begin
		}
		line += word + " "
	}
	e.line(line)
}

// describe returns the help of a key, with the form of its values, its groups, and a mark if it
// can be set for one site.
func (k Key) describe() string {
	text := strings.ToUpper(k.Text()[:1]) + k.Text()[1:]
	if k.Form != Text && k.Form != Bool && k.Form != Entries && k.Form != Groups {
		text += " (" + string(k.Form) + ")"
	}
	if k.Form == Groups {
		text += ": " + strings.Join(k.Groups, ", ")
	}
	if !k.Global {
		text += " (site)"
	}
	return text
}

// sample returns a value of the key in YAML: its default, or the example if the default is empty.
func (k Key) sample() string {
	switch value := k.Value().(type) {
	case string:
		if value == "" {
			return k.Example
		}
		return value
	case []string:
		if len(value) > 0 {
			return "[" + strings.Join(value, ", ") + "]"
		}
		return k.Example
	case []any:
		return k.Example
	default:
		text, err := yaml.Marshal(value)
		if err != nil {
			return fmt.Sprint(value)
		}
		return strings.TrimSpace(string(text))
	}
}
