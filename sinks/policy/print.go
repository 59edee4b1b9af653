package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// tools are the providers' command-line tools.
var tools = map[string]string{
	"aws": "aws", "wasabi": "aws", "ceph": "aws", "spaces": "aws", "minio": "mc", "gcs": "gcloud", "b2": "b2", "r2": "wrangler", "azure": "az",
}

// Formats are the formats of Print, including the names of the providers' tools.
func Formats() []string {
	return []string{"shell", "json", "terraform", "aws", "mc", "gcloud", "b2", "wrangler", "az"}
}

// Print formats a plan: shell (or the name of the provider's tool) prints commands for
// that tool, json the documents, terraform a Terraform configuration.
func (p *Plan) Print(format string) ([]byte, error) {
	switch {
	case format == "json":
		return marshal(p)
	case format == "terraform" && p.terraform != "":
		return append(p.head(), p.terraform...), nil
	case format == "terraform":
		return nil, fmt.Errorf("format terraform: available for aws and gcs only, not for %s; use shell or json", p.Provider)
	case format == "shell" || format == tools[p.Provider]:
		return p.shell()
	case slices.Contains(Formats(), format):
		return nil, fmt.Errorf("format %s: the tool for %s is %s", format, p.Provider, tools[p.Provider])
	}
	return nil, fmt.Errorf("format %q: must be one of %s", format, strings.Join(Formats(), ", "))
}

// marshal does not escape &, < and >, so that people can read the JSON.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write the policy: %w", err)
	}
	return b.Bytes(), nil
}

// head is the plan's summary and its warnings, as comments.
func (p *Plan) head() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, bucket %s\n", p.Provider, p.Bucket)
	comment(&b, "One-way: "+p.OneWay)
	fmt.Fprintf(&b, "# Sink: %s\n", strings.Join(p.Sinks, " "))
	for _, w := range p.Warnings {
		b.WriteString("#\n")
		comment(&b, "WARNING: "+w)
	}
	b.WriteString("#\n")
	fmt.Fprintf(&b, "# Check it on the host: %s\n\n", p.Next)
	return []byte(b.String())
}

// comment writes a comment, in lines of at most 90 characters.
func comment(b *strings.Builder, text string) {
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > 90 && line != "#" {
			b.WriteString(line + "\n")
			line = "#  "
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}

// shell prints the commands, each with its standard input.
func (p *Plan) shell() ([]byte, error) {
	b := bytes.NewBuffer(p.head())
	for i, c := range p.commands {
		if c.about != "" {
			if i > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(b, "# %s\n", c.about)
		}
		if c.input == nil {
			fmt.Fprintln(b, c.text)
			continue
		}
		text, err := marshal(c.input)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b, "%s <<'JSON'\n%sJSON\n", c.text, text)
	}
	return b.Bytes(), nil
}
