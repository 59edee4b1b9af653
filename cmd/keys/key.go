// Package keys describes the keys of the configuration in one table. The defaults, the
// flags, the environment variables, the checks of a file, the commented example, the
// JSON Schema and the reference all come from the table, so that they agree.
package keys

import (
	"slices"
	"strings"
)

// A Key is one key of the configuration.
type Key struct {
	// Name includes the maps that the key is in, such as limits.sites.
	Name string
	Form Form
	// Default is the value if nothing sets the key. nil means the zero value of Form.
	Default any
	// Help is one sentence without a full stop. The help of the flag shows it too, and shows the
	// word in back quotes as the name of the value.
	Help string
	// Example is a value in YAML for the commented example. Keys without a useful
	// default need one.
	Example string

	Flag     string   // name of its flag, if that is not Name with dashes
	Short    string   // one-letter flag, or ""
	Choices  []string // the only values that are accepted; nil for all
	Global   bool     // only for all sites, not in an entry of sites
	FileOnly bool     // the environment cannot set it; only a file that no other user can write may do so
	NonEmpty bool     // its environment variable must not be empty: that means that a script forgot to set it
	Secret   bool     // its value is never printed
	Required bool     // an entry of a list must have it

	// Keys are the keys of each entry of a list (Entries), or of each group (Groups).
	Keys Table
	// SiteKeys adds to Keys all keys of the table that are not Global.
	SiteKeys bool
	// Groups are the names of the maps below the key, which all have the same Keys.
	Groups []string
}

// A Form describes the values of a key.
type Form string

// The forms. The reference and the schema print their text.
const (
	Text           Form = "text"
	Bool           Form = "true or false"
	Int            Form = "whole number"
	Number         Form = "number"
	List           Form = "list of texts"
	Entries        Form = "list of entries"
	Groups         Form = "map"
	Duration       Form = "duration, such as 90s, 5m or 6h"
	Size           Form = "size, such as 200GiB"
	Rate           Form = "rate, such as 20MiB/s"
	BoolOrPath     Form = "true, false or an absolute path"
	BoolOrDuration Form = "true, false or a duration, such as 90s, 5m or 6h"
	User           Form = "name or number of a user"
	Count          Form = "whole number, or unlimited"
	Span           Form = "time span, such as 7d, 2m or 1y5m7d2h; a number is days; or unlimited"
)

// zero returns the zero value of a form.
func (f Form) zero() any {
	switch f {
	case Bool:
		return false
	case Int:
		return 0
	case List:
		return []string{}
	case Entries:
		return []any{}
	case Text, Number, Groups, Duration, Size, Rate, BoolOrPath, BoolOrDuration, User, Count, Span:
	}
	return ""
}

// A Table holds keys.
type Table []Key

// Leaves returns the keys that have values. It replaces each group by the keys in it.
func (t Table) Leaves() (leaves Table) {
	for _, k := range t {
		if k.Form != Groups {
			leaves = append(leaves, k)
			continue
		}
		for _, group := range k.Groups {
			for _, inner := range k.Keys {
				inner.Name = k.Name + "." + group + "." + inner.Name
				inner.Flag = "-" // these would be too many flags
				leaves = append(leaves, inner)
			}
		}
	}
	return leaves
}

// Entry returns the keys of an entry of a list.
func (t Table) Entry(list Key) Table {
	keys := slices.Clone(list.Keys)
	if list.SiteKeys {
		for _, k := range t {
			if !k.Global {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// Defaults returns the default value of each leaf, by name.
func (t Table) Defaults() map[string]any {
	values := map[string]any{}
	for _, k := range t.Leaves() {
		values[k.Name] = k.Value()
	}
	return values
}

// Value returns the value of the key if nothing sets it.
func (k Key) Value() any {
	if k.Default != nil {
		return k.Default
	}
	return k.Form.zero()
}

// FlagName returns the name of the key's flag, even if no command has that flag.
func (k Key) FlagName() string {
	if k.Flag != "" {
		return k.Flag
	}
	return strings.ReplaceAll(k.Name, "_", "-")
}

// Text returns Help without the back quotes.
func (k Key) Text() string { return strings.ReplaceAll(k.Help, "`", "") }

// Pick returns those values of a file whose keys are in the table.
func (t Table) Pick(values map[string]any) map[string]any {
	picked := map[string]any{}
	for _, k := range t {
		top, _, _ := strings.Cut(k.Name, ".")
		for name, value := range values {
			if strings.EqualFold(name, top) {
				picked[name] = value
			}
		}
	}
	return picked
}
