package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/restoring"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// commandsNotRun returns the programs in the command lines of the pages that this test does not
// run, grouped by the reason. A line with one of them must at least be valid shell syntax.
func commandsNotRun() map[string][]string {
	return map[string][]string{
		"are of every Linux host; the pages about sealing and restoring by hand have tests that run theirs": {
			"base64", "cat", "cd", "cp", "cut", "echo", "grep", "head", "mkdir", "sed", "sha256sum", "tail", "tar", "umask",
		},
		"are run by those two tests, and with each archive by TestGoldenArchives": {"age", "age-keygen", "gpg", "gzip", "mysql", "open", "zstd"},
		"change the host; scripts/test-packages installs the packages on a copy":  {"apt", "crontab", "dnf", "podman"},
		"need a store or a cluster that is not here":                              {"ansible", "ansible-playbook", "aws", "gcloud", "kubectl", "radosgw-admin"},
		"is WP-CLI; TestWPCLI runs its package with a stand-in":                   {"wp"},
		"are scripts of this repository, with tests of their own":                 {"./install", "scripts/build", "scripts/quickstart", "scripts/release", "scripts/test", "scripts/test-packages"},
	}
}

// Each command line in the pages starts a known program. The commands of wp-oneway accept their
// arguments, and policy is run. An indented block, and a block fenced as sh or console, consists
// of command lines.
func TestCommandsInDocuments(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t), t.TempDir()
	for _, name := range []string{"wp-oneway-web1-parent", "key"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600))
	}
	unused := map[string]bool{}
	for _, programs := range commandsNotRun() {
		for _, program := range programs {
			unused[program] = true
		}
	}
	known, ours := clone(unused), 0
	for page, text := range documents(t) {
		for _, block := range commandBlocks(text) {
			file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(block), page)
			if err != nil {
				t.Errorf("%s: %v\n%s", page, err, block)
				continue
			}
			for _, args := range calls(t, file) {
				delete(unused, args[0])
				switch {
				case args[0] == "wp-oneway":
					ours++
					acceptedOnPage(t, page, args[1:])
					if len(args) > 2 && args[1] == "policy" && strings.HasPrefix(page, "docs/buckets/") {
						h.runsPolicy(dir, args[1:])
					}
				case !known[args[0]]:
					t.Errorf("%s: %q is neither wp-oneway nor one of commandsNotRun", page, args)
				}
			}
		}
	}
	if len(unused) > 0 || ours < 80 {
		t.Errorf("no page has %v; %d lines with wp-oneway", unused, ours)
	}
}

func clone(set map[string]bool) map[string]bool {
	copied := map[string]bool{}
	for k, v := range set {
		copied[k] = v
	}
	return copied
}

// commandBlocks returns the blocks of a page that consist of command lines.
func commandBlocks(page string) (blocks []string) {
	fence := regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$")
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		switch m[1] {
		case "sh":
			blocks = append(blocks, m[2])
		case "console":
			for _, line := range regexp.MustCompile(`(?m)^\$ (.*)$`).FindAllStringSubmatch(m[2], -1) {
				blocks = append(blocks, line[1])
			}
		}
	}
	indented, after := "", true
	for line := range strings.Lines(fence.ReplaceAllString(page, "") + "end\n") {
		switch {
		case strings.HasPrefix(line, "    ") && after, strings.HasPrefix(line, "    ") && indented != "":
			indented += strings.TrimLeft(line, " ")
		case strings.TrimSpace(line) != "" && indented != "":
			blocks, indented = append(blocks, indented), ""
		}
		after = strings.TrimSpace(line) == ""
	}
	return blocks
}

// calls returns the programs that a block starts, with their arguments.
func calls(t *testing.T, file *syntax.File) (all [][]string) {
	t.Helper()
	plain := &expand.Config{
		Env:      expand.FuncEnviron(func(name string) string { return "$" + name }),
		CmdSubst: func(io.Writer, *syntax.CmdSubst) error { return nil },
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		args, err := expand.Fields(plain, call.Args...)
		if err != nil || len(args) == 0 {
			t.Errorf("expand the arguments: %v", err)
			return true
		}
		all = append(all, args)
		return true
	})
	return all
}

// acceptedOnPage checks that a command exists and accepts its flags, and that the URLs of sinks
// and stores are valid. It skips an argument that contains …, which the page shortens.
func acceptedOnPage(t *testing.T, page string, args []string) {
	t.Helper()
	root := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand()
	abridged := slices.Contains(args, "…")
	args = slices.DeleteFunc(restoring.JoinPairs(args), func(a string) bool { return a == "…" })
	cmd, rest, err := root.Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil && !abridged {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil || cmd == root {
		t.Errorf("%s: wp-oneway %q: runs %s: %v", page, args, cmd.CommandPath(), err)
		return
	}
	for _, a := range args {
		if strings.Contains(a, "://") && !strings.Contains(a, "…") && !strings.HasPrefix(a, "http") && !strings.HasPrefix(a, "--search-replace") {
			if _, err := sinks.Parse(a); err != nil {
				t.Errorf("%s: wp-oneway %q: %v", page, args, err)
			}
		}
	}
}

// runsPolicy runs a command from a page about buckets. The command must succeed.
func (h *host) runsPolicy(dir string, args []string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), h.binary, args...)
	cmd.Dir, cmd.Env = dir, append(h.command().Env, "PATH="+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Errorf("wp-oneway %q: %v\n%s", args, err, out)
	}
}
