package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// documents returns the pages for users, by their path in the repository.
func documents(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join("..", "..", pattern))
		must(t, err)
		for _, path := range found {
			text, err := os.ReadFile(path)
			must(t, err)
			pages[strings.TrimPrefix(path, "../../")] = string(text)
		}
	}
	return pages
}

// Each flag that a page uses with a command is a flag of that command.
func TestFlagsInDocuments(t *testing.T) {
	flag, checked := regexp.MustCompile(`(?:^|[\s\x60(])(--[a-z][a-z0-9-]*)`), 0
	for page, text := range documents(t) {
		if page == "docs/troubleshooting.md" {
			continue // this page has mistyped flags
		}
		text = strings.ReplaceAll(text, "\\\n", " ")
		for _, line := range regexp.MustCompile("(?m)wp-oneway [^\n`;|&$]*").FindAllString(text, -1) {
			line, _, _ = strings.Cut(line, "   #")
			words := strings.Fields(line)[1:]
			root := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand()
			cmd, _, err := root.Find(words)
			if err != nil || cmd == root {
				continue // a sentence
			}
			for _, m := range flag.FindAllStringSubmatch(line, -1) {
				checked++
				if !hasFlag(cmd, m[1]) {
					t.Errorf("%s: %q: %s has no flag %s", page, line, cmd.CommandPath(), m[1])
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d flags were found", checked)
	}
}

// hasFlag reports whether a command or one of its subcommands accepts a flag.
func hasFlag(cmd *cobra.Command, name string) bool {
	name = strings.TrimPrefix(name, "--")
	cmd.InitDefaultHelpFlag()
	return cmd.Flag(name) != nil || cmd.InheritedFlags().Lookup(name) != nil ||
		slices.ContainsFunc(cmd.Commands(), func(sub *cobra.Command) bool { return hasFlag(sub, "--"+name) })
}

// Each name that a page writes as code exists in the program: a flag, a key, a parameter, a
// variable, a metric, a file or a test. Names of other programs are listed here.
func TestNamesInDocuments(t *testing.T) {
	foreign := []string{
		"--allow-root", "--binary-mode", "--debug", "--endpoint-url", "--force", "--lock-retention-period", "--no-color", "--path",
		"--porcelain", "--prompt", "--recipent", "--sha256", "--ssh", "--version-id", "cmd/wp-oneway/NAME.go", "sinks/NAME.go",
	}
	source, pattern := namesOfTheProgram(t), regexp.MustCompile(nameOfTheProgram)
	for _, k := range settings.Keys().Leaves() {
		source[k.Name], source["WP_ONEWAY_"+strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_"))] = true, true
	}
	for page, text := range documents(t) {
		if page == "docs/changelog.md" || page == "docs/from-the-scripts.md" || page == "docs/refusals.md" {
			continue // these pages name things that the program does not have
		}
		text = regexp.MustCompile("(?s)```.*?```").ReplaceAllString(text, "")
		for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(text, -1) {
			name := m[1]
			if !pattern.MatchString(name) || slices.Contains(foreign, name) {
				continue
			}
			part := strings.TrimPrefix(strings.TrimPrefix(name, "WPO_HOOK_"), "wp_oneway_") // the names as the code writes them
			if !source[name] && !source[part] {
				t.Errorf("%s: %s is not in the program", page, name)
			}
		}
	}
}

// nameOfTheProgram matches flags, keys in a map, variables, metrics, tests and paths of packages.
const nameOfTheProgram = `^(--[a-z][a-z0-9-]*|(limits|status|metrics|encryption|email|healthchecks|uptime_kuma)\.[a-z_]+|(WP_ONEWAY|WPO)_[A-Z_]+|wp_oneway_[a-z_]+|(Test|Fuzz)[A-Z][A-Za-z0-9]+|(agent|cmd|docs|scripts|sinks|testdata|wordpress)/[A-Za-z0-9_./-]+|[a-z]+_[a-z_]+\.go)$`

// namesOfTheProgram returns the set of names in the program and its scripts, and of the paths of
// all files.
func namesOfTheProgram(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	root := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand()
	note := func(f *pflag.Flag) { names["--"+f.Name] = true }
	root.PersistentFlags().VisitAll(note)
	eachCommand(root, func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		cmd.Flags().VisitAll(note)
	})
	noWord := func(r rune) bool { // a regular expression would take ten times as long for all the source
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
	}
	must(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, "../../")
		names[name], names[name+"/"], names[d.Name()] = true, true, true
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" && name != "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !slices.Contains([]string{".go", ".php", ".yaml", ".yml", ""}, filepath.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(path) //nolint:gosec // of the repository
		for _, w := range strings.FieldsFunc(string(text), noWord) {
			names[strings.TrimLeft(w, "0123456789_")] = true
		}
		return err
	}))
	return names
}

// docs/sinks.md and the help of backup describe each parameter of sink URLs in the same words.
func TestParametersOfURLsAreDescribed(t *testing.T) {
	page, help := documents(t)["docs/sinks.md"], strings.Join(strings.Fields(parameterHelp()), " ")
	for scheme, params := range sinks.Params() {
		section := "## Parameters of " + scheme + ":// URLs"
		_, table, ok := strings.Cut(page, section)
		if !ok {
			t.Errorf("docs/sinks.md lacks %q", section)
		}
		table, _, _ = strings.Cut(table, "\n## ")
		for _, p := range params {
			if row := "| `" + p.Name + "` | " + p.Help + " |"; !strings.Contains(table, row) {
				t.Errorf("docs/sinks.md lacks the row %q", row)
			}
			if !strings.Contains(help, p.Name+" "+p.Help) {
				t.Errorf("the help of backup lacks %q", p.Name)
			}
		}
	}
}

// Each link to a page or a heading has an existing target.
func TestLinksInDocuments(t *testing.T) {
	pages := documents(t)
	for page, text := range pages {
		for _, m := range regexp.MustCompile(`\]\(([^)\s#]*)(#[^)\s]+)?\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target := page
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(page), m[1])
			}
			if _, err := os.Stat(filepath.Join("../..", target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere: %v", page, m[0], err)
			}
			if m[2] != "" && !slices.Contains(anchors(pages[target]), m[2]) {
				t.Errorf("%s: the link %s leads to no heading", page, m[0])
			}
		}
	}
}

// anchors returns the anchors of the headings of a page.
func anchors(page string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		name := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, "#"+strings.ReplaceAll(name, " ", "-"))
	}
	return all
}
