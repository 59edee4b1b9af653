package keys

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testTable has a key of each kind that the checks treat differently.
func testTable() Table {
	return Table{
		{Name: "kind", Form: Text},
		{Name: "limits.bandwidth", Form: Rate, Global: true},
		{Name: "limits.sites", Form: Int, Global: true, NonEmpty: true},
		{Name: "sinks", Form: Entries, Keys: Table{{Name: "url", Form: Text}, {Name: "keep_last", Form: Count}}},
		{Name: "sites", Form: Entries, Global: true, SiteKeys: true, Keys: Table{{Name: "path", Form: Text}, {Name: "run_as", Form: User, FileOnly: true}}},
		{Name: "retention", Form: Groups, Groups: []string{"db", "full"}, Keys: Table{{Name: "keep_last", Form: Count}}},
		{Name: "hooks", Form: Entries, Global: true, FileOnly: true, Keys: Table{{Name: "run", Form: List}}},
	}
}

// A key that the program would ignore is an error that names its line: unknown, empty, or set twice
// with different case.
func TestReadFile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty file":                  {"", ""},
		"only comments":               {"# kind: db\n", ""},
		"all kinds of keys":           {"kind: db\nlimits: {sites: 2}\nsites: [{path: /a, kind: db}]\nretention: {db: {keep_last: 3}}\n", ""},
		"upper case":                  {"Kind: db\nLIMITS: {Sites: 2}\n", ""},
		"an alias":                    {"x: &a db\nkind: *a\n", "1: unknown key 'x'"},
		"merged maps":                 {"sites: [&a {path: /a, kind: db}, {<<: *a, path: /b}, {<<: [*a], path: /c}]\n", ""},
		"unknown":                     {"\ncolour: red\n", "2: unknown key 'colour'"},
		"misspelled":                  {"knid: db\n", "1: unknown key 'knid'; do you mean 'kind'?"},
		"outside of its map":          {"bandwidth: 1MiB\n", "1: unknown key 'bandwidth'; do you mean 'limits.bandwidth'?"},
		"unknown in a map":            {"limits:\n  sties: 2\n", "2: unknown key 'limits.sties'; do you mean 'limits.sites'?"},
		"unknown in a group":          {"retention:\n  db:\n    keep: 2\n", "3: unknown key 'retention.db.keep'"},
		"unknown group":               {"retention:\n  files: {keep_last: 2}\n", "2: unknown key 'retention.files'"},
		"unknown in an entry":         {"sites:\n- path: /a\n- paht: /b\n", "3: 'sites[1]': unknown key 'paht'; do you mean 'path'?"},
		"global key in an entry":      {"sites:\n- path: /a\n  limits: {sites: 2}\n", "3: 'sites[0]': unknown key 'limits' in an entry of a list; set it for all sites"},
		"unknown in an entry's entry": {"sites:\n- path: /a\n  sinks:\n  - {url: /b, keep: 1}\n", "4: 'sites[0].sinks[0]': unknown key 'keep'"},
		"unknown in a merged map":     {"sites: [{<<: {colour: red}, path: /a}]\n", "1: 'sites[0]': unknown key 'colour'"},
		"unknown in a merged list":    {"sites: [{<<: [{kind: db}, {colour: red}], path: /a}]\n", "1: 'sites[0]': unknown key 'colour'"},
		"twice with different case":   {"kind: db\nKIND: full\n", "2: 'kind' is set twice, with different case"},
		"twice in a map":              {"limits: {sites: 1, Sites: 2}\n", "1: 'limits.sites' is set twice"},
		"twice with the same case":    {"kind: db\nkind: full\n", "already defined"},
		"empty":                       {"kind:\n", "1: 'kind' is empty"},
		"only spaces":                 {"kind: '  '\n", "1: 'kind' is empty"},
		"null":                        {"kind: null\n", "1: 'kind' is empty"},
		"an alias of an empty value":  {"kind: &a\nsites: [*a]\n", "1: 'kind' is empty"},
		"empty in a map":              {"limits:\n  sites: ''\n", "2: 'limits.sites' is empty"},
		"empty entry":                 {"sites:\n- path: /a\n-\n", "'sites[1]' is empty"},
		"empty in an entry":           {"sites:\n- path: ''\n", "2: 'sites[0]': 'path' is empty"},
		"empty text in a list":        {"hooks: [{run: ['']}]\n", "1: 'hooks[0]': 'run[0]' is empty"},
		"syntax":                      {"kind: db\nsites: [\n", "correct the YAML"},
		"a control character":         {"kind: db\nsites: \x01\n", "2: control characters are not allowed; correct the YAML"},
		"not a map":                   {"- kind\n", "correct the YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := testTable().ReadFile(file)
			if got := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && (!strings.Contains(got, c.want) || !strings.Contains(got, file)) {
				t.Errorf("%q: %v; want %q", c.text, err, c.want)
			}
			if strings.Contains(fmt.Sprint(err), "\n") {
				t.Errorf("%q: the error has several lines: %v", c.text, err)
			}
		})
	}
}

// Lines holds the line of each key and entry, for errors about their values.
func TestReadFileKnowsTheLines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("# sites\nsites:\n- path: /a\n  Kind: db\n- {path: /b}\nLimits:\n  sites: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := testTable().ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for key, line := range map[string]int{
		"sites": 2, "sites[0]": 3, "sites[0].path": 3, "sites[0].kind": 4, "sites[1]": 5, "sites[1].path": 5, "limits": 6, "limits.sites": 7,
	} {
		if got.Lines[key] != line {
			t.Errorf("%s is in line %d, want %d", key, got.Lines[key], line)
		}
	}
}

// A file that another user may write is refused: it decides where backups are stored.
func TestReadFileOfOthers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("kind: db\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := testTable().ReadFile(file); err == nil {
		t.Error("a file that everybody may write is read")
	}
	if _, err := testTable().ReadFile(file + ".none"); err == nil || !strings.Contains(err.Error(), "wp-oneway config generate") {
		t.Errorf("a file that does not exist: %v", err)
	}
}

// Variables with the prefix that no key has, and variables of keys that only a file can set, are
// refused, also inside a list.
func TestCheckEnvironment(t *testing.T) {
	for entry, want := range map[string]string{
		"HOME=/root":                                       "",
		"WP_ONEWAY=1":                                      "",
		"WPO_SITE=a":                                       "",
		"WP_ONEWAY_CONFIG=/etc/x.yaml":                     "",
		"WP_ONEWAY_KIND=db":                                "",
		"WP_ONEWAY_KIND=":                                  "",
		"WP_ONEWAY_LIMITS_SITES=2":                         "",
		"WP_ONEWAY_LIMITS_SITES= ":                         "WP_ONEWAY_LIMITS_SITES is empty",
		"WP_ONEWAY_RETENTION_DB_KEEP_LAST=2":               "",
		"WP_ONEWAY_SITES=[{path: /a}]":                     "",
		"WP_ONEWAY_KNID=db":                                "no such key; do you mean WP_ONEWAY_KIND?",
		"WP_ONEWAY_COLOUR_OF_THE_PAGE=red":                 "no such key; see docs/configuration.md",
		"WP_ONEWAY_HOOKS=[{run: [/bin/x]}]":                "the environment cannot set this key",
		"WP_ONEWAY_HOOKS=":                                 "the environment cannot set this key",
		"WP_ONEWAY_RUN_AS=alice":                           "the environment cannot set this key",
		"WP_ONEWAY_SITES=[{path: /a, run_as: alice}]":      "the environment cannot set the key run_as",
		"WP_ONEWAY_SITES=[/b, {path: /a, RUN_AS: alice}]":  "the environment cannot set the key run_as",
		"WP_ONEWAY_SITES=[{path: /a, \"run_as\": \"1\"}]":  "the environment cannot set the key run_as",
		"WP_ONEWAY_SITES=[{path: /a, note: 'run_as: me'}]": "",
	} {
		err := testTable().CheckEnvironment([]string{"PATH=/bin", entry})
		if want == "" && err != nil || want != "" && !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v; want %q", entry, err, want)
		}
	}
}

// A misspelled name finds its key, and a name that is like no key finds none.
func TestNearest(t *testing.T) {
	names := []string{"kind", "limits.bandwidth", "limits.sites", "sites", "keep_last"}
	for name, want := range map[string]string{
		"knid": "kind", "KIND": "kind", "site": "sites", "bandwith": "limits.bandwidth", "limits.bandwith": "limits.bandwidth",
		"limits.site": "limits.sites", "keep-last": "keep_last", "keeplast": "keep_last", "colour": "", "encryption": "",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
