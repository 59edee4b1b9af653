package main

import (
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// configReference returns the list of all keys as Markdown.
func configReference(t keys.Table) string {
	var b strings.Builder
	reference(&b, "Keys of the file", t)
	for _, k := range t {
		switch k.Form { //nolint:exhaustive // others have no keys of their own
		case keys.Entries:
			about := "Keys of an entry of `" + k.Name + "`"
			if k.SiteKeys {
				about += ", with all keys above that a site can have"
			}
			reference(&b, about, k.Keys)
		case keys.Groups:
			reference(&b, "Keys of `"+k.Name+".`"+strings.Join(k.Groups, ", "), k.Keys)
		}
	}
	return b.String()
}

func reference(b *strings.Builder, title string, t keys.Table) {
	fmt.Fprintf(b, "\n### %s\n\n| key | value | default | site | what it does |\n|---|---|---|---|---|\n", title)
	for _, k := range t {
		form := string(k.Form)
		if k.Choices != nil {
			form = strings.Join(k.Choices, ", ")
		}
		value := fmt.Sprint(k.Value())
		switch k.Form { //nolint:exhaustive // all others have a default of one word
		case keys.List, keys.Entries, keys.Groups:
			value = ""
		}
		if value != "" {
			value = "`" + value + "`"
		}
		site := map[bool]string{true: "", false: "yes"}[k.Global]
		if k.FileOnly {
			form += "; not from the environment"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", k.Name, form, value, site, strings.ReplaceAll(k.Text(), "|", `\|`))
	}
}
