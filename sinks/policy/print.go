package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// tools are the names of the shell's format, by provider.
var tools = map[string]string{
	"aws": "aws", "wasabi": "aws", "spaces": "aws", "minio": "mc", "gcs": "gcloud", "b2": "b2", "r2": "wrangler", "azure": "az",
}

// Formats are those that For's plans can be printed in, the tools' names included.
func Formats() []string {
	return []string{"shell", "json", "terraform", "aws", "mc", "gcloud", "b2", "wrangler", "az"}
}

// Print writes a plan out: shell (or the name of the provider's tool) is commands
// for it, json the documents, terraform a configuration.
func (p *Plan) Print(format string) ([]byte, error) {
	switch {
	case format == "json":
		return marshal(p)
	case format == "terraform" && p.terraform != "":
		return append(p.head(), p.terraform...), nil
	case format == "terraform":
		return nil, fmt.Errorf("format terraform: it is there for aws and gcs, not for %s; take shell or json", p.Provider)
	case format == "shell" || format == tools[p.Provider]:
		return p.shell()
	case slices.Contains(Formats(), format):
		return nil, fmt.Errorf("format %s: the tool for %s is %s", format, p.Provider, tools[p.Provider])
	}
	return nil, fmt.Errorf("format %q: must be one of %s", format, strings.Join(Formats(), ", "))
}

// marshal leaves &, < and > as they are: JSON is to be read here, too.
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

// head is what people must know, as comments.
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
	fmt.Fprintf(&b, "# Prove it from the host: %s\n\n", p.Next)
	return []byte(b.String())
}

// comment writes lines of at most 90 characters.
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

// shell are the commands, each with what it reads.
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
