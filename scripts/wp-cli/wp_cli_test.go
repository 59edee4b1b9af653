// Package wpcli tests the arguments that the WP-CLI package passes to the binary, with a fake of
// WP-CLI and a fake of the binary. The tests of cmd/wp-oneway run the package with the real
// binary.
package wpcli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// recorder is a fake of the binary. It prints its arguments to standard error, and prints a
// document for --json.
const recorder = `#!/bin/sh
printf '[%s]' "$@" >&2
case " $* " in *" --json "*) printf '%s' "${DOCUMENT-{\}}" ;; *) echo "text of the binary" ;; esac
[ -z "$NO_COLOR" ] || printf ' without colour' >&2
exit "${STATUS:-0}"
`

// folder creates a folder with a site, a site whose core is in a subfolder, a site whose
// configuration is above its root, and a folder that is no site.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"bin/wp-oneway":         recorder,
		"site/wp-load.php":      "",
		"site/wp-config.php":    "",
		"broken/x":              "",
		"sub/index.php":         "<?php require __DIR__ . '/wp/wp-blog-header.php';",
		"sub/wp-config.php":     "",
		"sub/wp/wp-load.php":    "",
		"above/wp-config.php":   "", // the configuration of the site above/www
		"above/www/wp-load.php": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil { //nolint:gosec // the stand-in for the binary is a program
			t.Fatal(err)
		}
	}
	return dir
}

// wp runs the package in a folder, and returns the exit status and its output.
func wp(t *testing.T, dir string, env []string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "php", append([]string{here + "/testdata/stand_in.php", here + "/command.php"}, args...)...)
	cmd.Dir, cmd.Env = dir, append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), strings.TrimSpace(errs.String())
}

// A try is a command line of WP-CLI, and the expected call of the binary.
type try struct {
	in   string // the working directory
	args []string
	env  []string
	want string // arguments of the binary, or an error; DIR stands for the folder of the test
	exit int
}

func TestArguments(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	aliases := `ALIASES={"@shop":{"path":"DIR/site","url":"https://example.org/de"},"@both":["@shop","@other"],"@all":"each"}`
	for _, c := range []try{
		{"site", []string{"backup"}, nil, "[backup][--][DIR/site]", 0},
		{"broken", []string{"backup"}, nil, "[backup][--][DIR/broken]", 0},
		{"", []string{"backup", "--path=site"}, nil, "[backup][--][DIR/site]", 0},
		{"", []string{"backup", "--path=sub/wp"}, nil, "[backup][--][DIR/sub]", 0},
		{"", []string{"backup", "--path=above/www"}, nil, "[backup][--][DIR/above/www]", 0},
		{"site", []string{"backup", "--all"}, nil, "[backup][--all=true][--]", 0},
		{"site", []string{"backup", "--schedule=nightly"}, nil, "[backup][--schedule=nightly][--]", 0},
		{"site", []string{"backup", "--to=/a b'$(id)", "--to=s3://v?x=1&y=2"}, nil, "[backup][--to=/a b'$(id)][--to=s3://v?x=1&y=2][--][DIR/site]", 0},
		{"site", []string{"backup", "--to=a", "--to=b"}, []string{"STAND_IN_VERSION=3"}, "[backup][--to=a][--to=b][--][DIR/site]", 0},
		{"site", []string{"backup", "--no-uploads", "--no-data=wp_x", "--wait", "--with-php=/usr/bin/php"}, nil, "[backup][--no-uploads=true][--no-data=wp_x][--wait=true][--with-php=/usr/bin/php][--][DIR/site]", 0},
		{"site", []string{"backup", "--no-strict"}, nil, "[backup][--strict=false][--][DIR/site]", 0},
		{"site", []string{"backup", "--to="}, nil, "[backup][--to=][--][DIR/site]", 0},
		{"site", []string{"backup", "--to", "s3://vault"}, nil, "Too many positional arguments: s3://vault", 1},
		{"site", []string{"backup", "--to"}, nil, "Error: --to has no value; write --to=VALUE", 2},
		{"site", []string{"backup", "--recipient"}, nil, "Error: --recipient has no value", 2},
		{"site", []string{"backup", "--threads"}, nil, "Error: --threads has no value", 2},
		{"site", []string{"backup", "--no-data"}, nil, "Error: --data has no value", 2},
		{"site", []string{"backup", "--kind=all"}, nil, "Invalid value specified for 'kind'", 1},
		{"site", []string{"db", "--exclude-table=a", "--exclude-table=b"}, nil, "[backup][--kind=db][--exclude-table=a][--exclude-table=b][--][DIR/site]", 0},
		{"site", []string{"files", "--porcelain"}, nil, "[backup][--kind=files][--json][--][DIR/site]", 0},
		{"site", []string{"db", "--kind=files"}, nil, "Error: --kind is db here", 2},
		{"site", []string{"backup", "--quiet", "--debug", "--no-color"}, nil, "[backup][--quiet][--][DIR/site] without colour", 0},
		{"site", []string{"backup", "--debug=bootstrap"}, nil, "[backup][--verbose][--][DIR/site]", 0},
		{"site", []string{"backup", "--url=example.com:8080/blog"}, nil, "[backup][--http-host=example.com:8080][--][DIR/site]", 0},
		{"", []string{"@shop", "inspect"}, []string{aliases}, "[inspect][--url=https://example.org][--json][--][DIR/site]", 0},
		{"", []string{"@shop", "status"}, []string{aliases}, "[status][--json][--][DIR/site]", 0},
		{"", []string{"@both", "backup", "--to=a", "--to=b"}, []string{aliases}, "Error: WP-CLI 2 passes only the last --to to the sites of @both", 2},
		{"", []string{"@all", "backup", "--to=a", "--to=b"}, []string{aliases}, "Error: WP-CLI 2 passes only the last --to", 2},
		{"", []string{"status"}, nil, "[status][--json][--]", 0},
		{"site", []string{"status", "--all", "--json"}, nil, "[status][--json][--]", 0},
		{"site", []string{"status", "shop"}, nil, "[status][--json][--][shop]", 0},
		{"site", []string{"status", "--max-age=26h"}, []string{"STATUS=2"}, "[status][--max-age=26h][--][DIR/site]", 2},
		{"site", []string{"status", "--history=shop"}, nil, "[status][--history=shop][--]", 0},
		{"site", []string{"doctor", "--to=s3://v"}, nil, "[doctor][--to=s3://v][--][DIR/site]", 0},
		{"", []string{"doctor", "--to=s3://v"}, nil, "[doctor][--to=s3://v][--]", 0},
		{"site", []string{"sites", "/srv/*", "--format=count"}, nil, "[sites][--json][--][/srv/*]", 0},
		{"site", []string{"list", "shop", "--from=/v", "--latest"}, nil, "[list][--from=/v][--latest=true][--json][--][shop]", 0},
		{"site", []string{"verify", "a", "b", "--from=/v", "--identity=1", "--identity=2"}, nil, "[verify][--from=/v][--identity=1][--identity=2][--json][--][a][b]", 0},
		{"site", []string{"restore", "run", "--from=/v", "--delete"}, nil, "[restore][--from=/v][--delete=true][--to=DIR/site][--][run]", 0},
		{"site", []string{"restore", "--undo"}, nil, "[restore][--undo=true][--to=DIR/site][--]", 0},
		{"site", []string{"restore", "run", "--only=db"}, nil, "[restore][--only=db][--][run]", 0},
		{"site", []string{"restore", "run", "--to=copy"}, nil, "[restore][--to=copy][--][run]", 0},
		{"site", []string{"restore", "run", "--to=copy", "--search-replace=http://a,http://b", "--search-replace=c,d"}, nil, "[restore][--to=copy][--search-replace=http://a,http://b][--search-replace=c,d][--][run]", 0},
		{"", []string{"restore", "run", "--json"}, nil, "[restore][--json=true][--][run]", 0},
		{"site", []string{"setup", "--to=/v"}, nil, "[setup][--to=/v][--]", 0},
		{"site", []string{"backup"}, []string{"STATUS=75"}, "[backup][--][DIR/site]", 75},
		{"site", []string{"list", "--from=/v"}, []string{"STATUS=3"}, "[list][--from=/v][--json][--]", 3},
		{"site", []string{"backup"}, []string{"WPO_BIN=/nowhere"}, "Error: WPO_BIN is /nowhere, which is not a program", 1},
		{"site", []string{"backup"}, []string{"WPO_BIN=", "PATH=/usr/bin:../bin"}, "Error: wp-oneway is not installed", 1},
		{"site", []string{"backup"}, []string{"WPO_BIN=", "PATH=/usr/bin:DIR/bin"}, "[backup][--][DIR/site]", 0},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			env := []string{"WPO_BIN=" + dir + "/bin/wp-oneway"}
			for _, e := range c.env {
				env = append(env, strings.ReplaceAll(e, "DIR", dir))
			}
			args := append([]string{"oneway"}, c.args...)
			if c.args[0][0] == '@' {
				args = append([]string{c.args[0], "oneway"}, c.args[1:]...)
			}
			status, stdout, stderr := wp(t, filepath.Join(dir, c.in), env, args...)
			want := strings.ReplaceAll(c.want, "DIR", dir)
			if strings.HasPrefix(want, "[") && stderr != want || !strings.Contains(stderr, want) || status != c.exit {
				t.Errorf("exit status %d, want %d; got %s; want %s", status, c.exit, stderr, want)
			}
			if passed := strings.HasPrefix(want, "[") && !strings.Contains(want, "[--json]"); passed != (stdout == "text of the binary\n") {
				t.Errorf("printed %q", stdout)
			}
		})
	}
}

// Rows are printed in the formats of WP-CLI, for any exit status.
func TestFormats(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	const (
		list     = `{"runs":[{"run":"a/x","site":"a","kind":"db","bytes":7,"status":"complete","stored":"2026-11-23T03:00:00Z"},{"run":"b/y","site":"b","kind":"full","bytes":9,"status":"damaged","reason":"gone"}]}`
		report   = `{"sites":[{"name":"a","kind":"full","status":"ok","run":"a/x","destinations":[{"name":"v","status":"ok","bytes":7}]},{"name":"b","kind":"full","status":"failed","run":"b/y","destinations":[{"name":"v","status":"failed","bytes":0}]}]}`
		findings = `{"sites":[{"path":"/a","rows":[{"check":"files","verdict":"holds","required":true}]}],"sinks":[{"url":"s3://v","rows":[{"check":"read","verdict":"fails","required":false,"detail":"x"}]}]}`
	)
	for _, c := range []struct {
		document, args, want, wantErr string
		status                        string
	}{
		{list, "list --from=v", "site\tkind\tstored\tbytes\tseal\tstatus\trun\na\tdb\t2026-11-23T03:00:00Z\t7\t\tcomplete\ta/x\nb\tfull\t\t9\t\tdamaged\tb/y\n", "", "0"},
		{list, "list --from=v --format=ids", "a/x b/y", "", "0"},
		{list, "list --from=v --format=count", "2", "", "0"},
		{list, "list --from=v --format=csv --fields=run,reason", "run,reason\na/x,\nb/y,gone\n", "", "0"},
		{list, "list --from=v --json --fields=run,no_uploads", `[{"run":"a\/x","no_uploads":""},{"run":"b\/y","no_uploads":""}]`, "", "0"},
		{list, "list --from=v --field=site", "a\nb\n", "", "0"},
		{list, "list --from=v --format=yaml --fields=site", "---\n- \n  site: a\n- \n  site: b\n", "", "0"},
		{list, "list --from=v --fields=nope", "", "Error: Invalid field: nope.", "1"},
		{report, "backup --porcelain", "a/x", "", "3"},
		{report, "backup --format=table", "site\tkind\tstatus\trun\tbytes\na\tfull\tok\ta/x\t7\nb\tfull\tfailed\t\t0\n", "", "1"},
		{report, "backup --fields=site,destinations", "site\tdestinations\na\tv\nb\tv\n", "", "1"},
		{findings, "doctor --format=csv", "subject,check,verdict,required,detail\n/a,files,holds,true,\ns3://v,read,fails,false,x\n", "", "1"},
		{`{"ok":true,"db":{"name":"wp","port":null},"multisite":false}`, "inspect", "name\tvalue\ndb.name\twp\ndb.port\t\nmultisite\tfalse\n", "", "0"},
		{`{"ok":false,"error":"undecidable","message":"why"}`, "inspect", "name\tvalue\n", "Error: why", "1"},
		{`{"backups":[{"site":"a","level":"ok"},{"site":"a","level":"critical"}],"missing":["/mnt"]}`, "status --format=ids", "a", "Error: search /mnt: there is no such folder", "0"},
		{`{"runs":[{"run":"a/x","ok":false,"problems":["one","two"]}]}`, "verify --fields=ok,problems --from=v a/x", "ok\tproblems\nfalse\tone; two\n", "", "1"},
		{`{"sites":[{"name":"a","path":"/a","owner":{"uid":33}}],"unsearched":{"total":1,"items":["/b: denied"]}}`, "sites --fields=path,owner", "path\towner\n/a\t33\n", "Error: not searched: /b: denied", "0"},
		{`{"sites":[]}`, "sites --format=json", "[]", "", "1"},
		{`no JSON`, "sites", "no JSON", "", "2"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			env := []string{"WPO_BIN=" + dir + "/bin/wp-oneway", "DOCUMENT=" + c.document, "STATUS=" + c.status}
			status, stdout, stderr := wp(t, dir+"/site", env, append([]string{"oneway"}, strings.Fields(c.args)...)...)
			_, messages, _ := strings.Cut(stderr, "Error: ")
			if messages != "" {
				messages = "Error: " + messages
			}
			if status != int(c.status[0]-'0') || !strings.HasPrefix(messages, c.wantErr) || (messages == "") != (c.wantErr == "") {
				t.Errorf("exit status %d, %q; want %s, %q", status, messages, c.status, c.wantErr)
			}
			if stdout != c.want {
				t.Errorf("got  %q\nwant %q", stdout, c.want)
			}
		})
	}
}

// Composer can load the package, which does nothing outside WP-CLI.
func TestPackage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("composer.json")
	if err != nil {
		t.Fatal(err)
	}
	var composer struct {
		Type     string
		Require  map[string]string
		Autoload struct{ Files []string }
		Extra    struct{ Commands []string }
	}
	if err := json.Unmarshal(text, &composer); err != nil {
		t.Fatal(err)
	}
	if composer.Type != "wp-cli-package" || composer.Require["php"] != ">=7.4" || composer.Require["wp-cli/wp-cli"] != "^2.5 || ^3" || len(composer.Autoload.Files) != 1 {
		t.Errorf("composer.json: %s", text)
	}
	if out, err := exec.CommandContext(t.Context(), "php", composer.Autoload.Files[0]).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("without WP-CLI: %v %s", err, out)
	}
	_, stdout, _ := wp(t, ".", nil, "--dump")
	var synopses map[string]any
	if err := json.Unmarshal([]byte(stdout), &synopses); err != nil {
		t.Fatal(err)
	}
	for _, name := range composer.Extra.Commands {
		if _, sub, ok := strings.Cut(name, " "); ok && synopses[sub] == nil {
			t.Errorf("composer.json names %q, which the class does not have", name)
		}
	}
	if len(composer.Extra.Commands) != len(synopses)+1 {
		t.Errorf("composer.json names %q, the class has %d", composer.Extra.Commands, len(synopses))
	}
}
