package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/console"
)

const wpCLIPackage = "../../scripts/wp-cli"

// wp runs a subcommand of the WP-CLI package with the real binary, and with a fake of WP-CLI.
func (h *host) wp(args ...string) (status int, stdout, stderr string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), "php", append([]string{wpCLIPackage + "/testdata/stand_in.php", wpCLIPackage + "/command.php", "oneway"}, args...)...)
	cmd.Env = append(h.command().Env, "WPO_BIN="+h.binary)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// Every subcommand of the WP-CLI package works with the binary. It passes on the exit status, and
// the JSON of the binary has the fields that the package shows.
func TestWPCLI(t *testing.T) {
	t.Parallel()
	h, vault, root := newHost(t), t.TempDir(), "--path="+shared.site(t).Root
	to, from := "--to="+vault, "--from="+vault
	var runs []string
	for _, command := range []string{"backup", "db", "files"} {
		status, run, stderr := h.wp(command, root, to, "--porcelain", "--exclude=wp-content/uploads", "--name=shop")
		if status != 0 || !strings.HasPrefix(run, "shop/") {
			t.Fatalf("%s: exit status %d, %q\n%s", command, status, run, stderr)
		}
		runs = append(runs, run)
	}
	original, err := shared.site(t).Database.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer original.Close()
	home := firstColumn(t, original, "SELECT option_value FROM wp_options WHERE option_name='home'")[0]
	database := []string{"restore", runs[1], from, "--only=db", "--db-defaults-file=" + emptyDatabase(t, "wp_cli_restored"), "--definer=current"}
	for _, c := range []struct {
		exit int
		args []string
		want string // a regular expression that matches the whole output
	}{
		{0, []string{"backup", root, to, "--name=shop", "--dry-run", "--format=csv", "--fields=site,status"}, "site,status\nshop,planned\n"},
		{0, []string{"list", from, "--format=ids"}, strings.Join([]string{runs[1], runs[2], runs[0]}, " ")},
		{0, []string{"list", "shop", from, "--kind=full", "--format=csv", "--fields=site,kind,status,seal"}, "site,kind,status,seal\nshop,full,complete,\n"},
		{0, []string{"list", from, "--format=count"}, "3"},
		{0, []string{"list", from, "--json", "--fields=site,stored,bytes,run"}, `\[(\{"site":"shop","stored":"20.*Z","bytes":\d+,"run":"shop.*"\},?){3}\]`},
		{1, []string{"list", from, "--site=nobody", "--format=json"}, `\[\]`},
		{0, []string{"verify", from, "--latest", "--format=csv", "--fields=run,ok,depth"}, "run,ok,depth\n(shop.*,true,opened\n){3}"},
		{0, []string{"verify", from, runs[1], "--field=objects"}, "2\n"},
		{0, []string{"status", root, "--format=csv", "--fields=site,kind,level"}, "site,kind,level\n(shop,(db|files|full),ok\n){3}"},
		{0, []string{"status", root, "--max-age=26h"}, "WP-ONEWAY OK .*\n"},
		{0, []string{"status", root, "--field=last_success"}, "(20.*Z\n){3}"},
		{0, []string{"sites", shared.site(t).Root, "--format=csv", "--fields=path,status,database"}, "path,status,database\n" + shared.site(t).Root + ",ready,.+\n"},
		{0, []string{"inspect", root, "--format=csv"}, `(?s)name,value\nsource,static\ndb\.name,.*`},
		{1, []string{"inspect", "--path=" + t.TempDir(), "--format=json"}, `\[\]`},
		{0, []string{"doctor", root, to, "--format=csv", "--fields=check,verdict"}, `(?s)check,verdict\nstate,holds\n.*`},
		{0, []string{"restore", runs[2], from, "--only=files", "--to=" + filepath.Join(t.TempDir(), "copy")}, "(?s).*"},
		{1, []string{"restore", runs[2], from, root, "--only=files"}, ""}, // the site is not empty
		{0, append(database, "--search-replace="+home+",https://moved.example"), `(?s).*wp_options +option_value +\d+ +[1-9].*`},
		{2, append(database, "--search-replace="+home), ""},
		{2, []string{"backup", root, to, "--threads=many"}, ""},
		{2, []string{"backup", root, "--to="}, ""},
	} {
		status, stdout, stderr := h.wp(c.args...)
		if status != c.exit || !regexp.MustCompile("^"+c.want+"$").MatchString(stdout) {
			t.Errorf("%q: exit status %d, want %d; printed %q, want %q\n%s", c.args, status, c.exit, stdout, c.want, stderr)
		}
	}
}

// The WP-CLI package describes only flags that the binary has, and knows which flags need no
// value.
func TestWPCLIKnowsTheFlags(t *testing.T) {
	t.Parallel()
	list := `require $argv[1]; echo json_encode((new ReflectionClassConstant("WP_Oneway_Arguments", "WITHOUT_VALUE"))->getValue());`
	out, err := exec.CommandContext(t.Context(), "php", "-r", list, filepath.Join(wpCLIPackage, "src/WP_Oneway_Arguments.php")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var withoutValue []string
	if err := json.Unmarshal(out, &withoutValue); err != nil {
		t.Fatal(err)
	}
	var synopses map[string]map[string]any
	out, err = exec.CommandContext(t.Context(), "php", wpCLIPackage+"/testdata/stand_in.php", wpCLIPackage+"/command.php", "--dump").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &synopses); err != nil {
		t.Fatal(err)
	}
	root := newApp(console.Streams{Out: io.Discard, Err: io.Discard}).rootCommand()
	token := regexp.MustCompile(`^\[--([a-z-]+)(\[?=.*)?\]$`)
	for name, synopsis := range synopses {
		command := map[string]string{"db": "backup", "files": "backup"}[name]
		if command == "" {
			command = name
		}
		cmd, _, err := root.Find([]string{command})
		if err != nil || cmd == root {
			t.Errorf("the binary has no command %s", command)
			continue
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if without := f.NoOptDefVal != ""; without != slices.Contains(withoutValue, f.Name) && f.Name != "help" {
				t.Errorf("wp-oneway %s --%s can have no value: %t; add it to WITHOUT_VALUE of the WP-CLI package, or remove it there", command, f.Name, without)
			}
		})
		for text := range synopsis {
			m := token.FindStringSubmatch(text)
			if m == nil || slices.Contains([]string{"format", "fields", "field", "porcelain"}, m[1]) || name == "status" && m[1] == "all" {
				continue
			}
			if f := cmd.Flags().Lookup(m[1]); f == nil || (f.NoOptDefVal == "") != (m[2] != "" && m[2][0] == '=') {
				t.Errorf("wp oneway %s describes %s, which wp-oneway %s does not have", name, text, command)
			}
		}
	}
}
