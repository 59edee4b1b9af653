// Package manpage writes the man pages of a command line.
package manpage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A Footer is the text at the bottom of each page.
type Footer struct {
	Source string // the program and its version
	Date   time.Time
}

// Write writes a page for a command, and one for each command below it, into a folder.
func Write(folder string, cmd *cobra.Command, footer Footer) error {
	path := filepath.Join(folder, pageName(cmd)+".1")
	if err := os.WriteFile(path, []byte(page(cmd, footer)), 0o644); err != nil {
		return fmt.Errorf("write man page: %w", err)
	}
	for _, below := range visible(cmd) {
		if err := Write(folder, below, footer); err != nil {
			return err
		}
	}
	return nil
}

// visible returns the subcommands that the help shows.
func visible(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool {
		return !c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand()
	})
}

// pageName returns the name of a command's page, such as wp-oneway-schedule-install.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// page returns the page of one command, in the macros of man(7).
func page(cmd *cobra.Command, footer Footer) string {
	cmd.InitDefaultHelpFlag()
	var b strings.Builder
	name := pageName(cmd)
	fmt.Fprintf(&b, ".TH %s 1 \"%s\" \"%s\"\n", escape(strings.ToUpper(name)), footer.Date.UTC().Format("2006-01-02"), escape(footer.Source))
	fmt.Fprintf(&b, ".nh\n.SH NAME\n%s \\- %s\n", escape(name), escape(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n\\fB%s\\fR\n", escape(cmd.UseLine()))
	b.WriteString(".SH DESCRIPTION\n")
	paragraphs(&b, cmd.Long, cmd.Short)
	options(&b, "OPTIONS", cmd.NonInheritedFlags())
	options(&b, "OPTIONS OF ALL COMMANDS", cmd.InheritedFlags())
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n")
		verbatim(&b, strings.Split(cmd.Example, "\n"))
	}
	var others []string
	if cmd.HasParent() {
		others = append(others, pageName(cmd.Parent()))
	}
	for _, below := range visible(cmd) {
		others = append(others, pageName(below))
	}
	if len(others) > 0 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n\\fB%s\\fR(1)\n", escape(strings.Join(others, "\x00")))
	}
	return strings.ReplaceAll(b.String(), "\x00", "\\fR(1),\n\\fB")
}

// paragraphs writes a text whose paragraphs are separated by empty lines. A paragraph with an
// indented line, such as a table, keeps its line breaks.
func paragraphs(b *strings.Builder, long, short string) {
	if long == "" {
		long = short + "."
	}
	for i, paragraph := range strings.Split(strings.Trim(long, "\n"), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		lines := strings.Split(paragraph, "\n")
		if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t") }) {
			verbatim(b, lines)
			continue
		}
		for _, line := range lines {
			b.WriteString(escape(line) + "\n")
		}
	}
}

// verbatim writes lines with their line breaks and spaces.
func verbatim(b *strings.Builder, lines []string) {
	b.WriteString(".nf\n")
	for _, line := range lines {
		b.WriteString(escape(line) + "\n")
	}
	b.WriteString(".fi\n")
}

// options writes a list of flags and what they mean.
func options(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	b.WriteString(".SH " + title + "\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		b.WriteString(".TP\n")
		if f.Shorthand != "" {
			fmt.Fprintf(b, "\\fB%s\\fR, ", escape("-"+f.Shorthand))
		}
		value, usage := pflag.UnquoteUsage(f)
		fmt.Fprintf(b, "\\fB%s\\fR", escape("--"+f.Name))
		switch {
		case value != "" && f.NoOptDefVal != "":
			fmt.Fprintf(b, "[=\\fI%s\\fR]", escape(value))
		case value != "":
			fmt.Fprintf(b, " \\fI%s\\fR", escape(value))
		}
		if !slices.Contains([]string{"", "false", "0", "[]", "0s", "0B"}, f.DefValue) {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		b.WriteString("\n" + escape(usage) + "\n")
	})
}

// escape makes roff print a text as it is. It turns hyphens into characters that can be copied
// into a shell.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
