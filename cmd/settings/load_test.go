package settings

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// load reads a configuration file with this text, as a command with the flags of backup does.
func load(t *testing.T, text string, args ...string) (*Configuration, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("backup", pflag.ContinueOnError)
	Keys().AddFlags(flags, "kind", "exclude", "name")
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return Load(flags, file)
}

// Each error names the line that sets the wrong value.
func TestWrongValues(t *testing.T) {
	for text, want := range map[string]string{
		"limits: {sites: 1001}":                             "1: 'limits.sites' is 1001; give",
		"limits: {sites: -1}":                               "1: 'limits.sites' is -1; give",
		"kind: db\nlimits:\n  nice: 20":                     "3: 'limits.nice' is 20; give 1 to 19",
		"limits: {nice: -1}":                                "'limits.nice' is -1",
		"limits: {load: -0.5}":                              "'limits.load' is -0.5",
		"limits: {load: fast}":                              "must be a number, such as 4 or 1.5",
		"limits: {load: .inf}":                              "must be a number, such as 4 or 1.5",
		"limits: {load: .nan}":                              "must be a number, such as 4 or 1.5",
		"limits: {memory: 1MiB}":                            "memory",
		"limits: {stall: 300}":                              "write it with its unit",
		"limits: {stall: -5m}":                              "write it with its unit",
		"limits: {sites: 2.5}":                              "must be a whole number",
		"limits: {sites: true}":                             "must be a whole number",
		"limits: {sites: two}":                              "must be a whole number",
		"name: 1.10":                                        "must be text; put it in quotes",
		"name: true":                                        "must be text; put it in quotes",
		"no_uploads: 2":                                     "must be true or false",
		"no_uploads: yes please":                            "must be true or false",
		"log_format: xml":                                   "log_format \"xml\": must be text or json",
		"quiet: true\nverbose: true":                        "exclude each other",
		"with_php: php8":                                    "neither true, false nor an absolute path",
		"max_size: 200":                                     "too small for any site",
		"max_size: 1MB":                                     "too small for any site",
		"max_size: much":                                    "is not a size",
		"max_size: 99999999EB":                              "is not a size",
		"keep_last: -2":                                     "is not a number of backups",
		"keep_last: 2147483648":                             "is not a number of backups",
		"keep_last: many":                                   "is not a number of backups",
		"keep_within: soon":                                 "soon",
		"sites:\n- path: /a\n- path: /b\n  run_as: root":    "4: 'sites[1]': 'run_as' it must not be root",
		"sites:\n- path: /a\n- path: /b\n  run_as: 0":       "it must not be root",
		"sites: [{path: /a, run_as: nobody-of-that-name}]":  "there is no user",
		"sites: [{path: /a, run_as: 4294967295}]":           "there is no user 4294967295",
		"sites:\n- path: /a\n- name: b":                     "3: 'sites[1]' has no path",
		"sites:\n- path: /a\n- path: /b\n  keep_last: many": "4: 'sites[1]'",
		"schedules: [{name: a}, {name: a}]":                 "1: 'schedules[1]': the name a is also that of schedules[0]",
		"schedules: [{kind: db}]":                           "it has no name",
		"schedules: [{name: a, kind: everything}]":          "everything",
		"schedules: [{name: a, when: 25 o'clock}]":          "when: ",
		"schedules: [{name: a, sites: [nowhere]}]":          "is neither an absolute path, nor the name",
		"schedules: [{name: a, sites: [all, /a]}]":          "already contains the others",
		"notification_level: loud":                          "notification_level",
		"notification_subject: '{{.Nothing'":                "notification_subject",
		"notifications: ['://secret']":                      "notifications[0]",

		"email: {to: [a@example.com], password: x, password_file: /y}":     "email.password and email.password_file exclude each other",
		"healthchecks: {ping_url: 'https://a.example', ping_url_file: /y}": "healthchecks.ping_url and healthchecks.ping_url_file exclude each other",
		"uptime_kuma: {push_url: 'https://a.example', push_url_file: /y}":  "uptime_kuma.push_url and uptime_kuma.push_url_file exclude each other",
		"healthchecks: {ping_url: 'not a url'}":                            "healthchecks.",
		"uptime_kuma: {push_url: 'not a url'}":                             "uptime_kuma.",
		"email: {host: mail.example.com}":                                  "email.",
		"hooks: [{run: [/bin/true]}]":                                      "'hooks[0]'",
		"metrics: {textfile: a.prom}":                                      "'metrics.textfile' is a.prom; give an absolute path",
		"metrics: {textfile: /a.txt}":                                      "'metrics.textfile' is /a.txt; give an absolute path",
		"status: {file: status.json}":                                      "'status.file' is status.json; give an absolute path",
		"status: {group: root}":                                            "'status.group' is set without status.file",
		"status: {file: /s.json, group: no-group-of-that-name}":            "there is no group",
	} {
		_, err := load(t, text+"\n")
		got := fmt.Sprint(err)
		if !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if strings.Contains(got, "secret") {
			t.Errorf("%s: a secret is in the error: %s", text, got)
		}
	}
}

func TestRightValues(t *testing.T) {
	c, err := load(t, `
limits: {sites: 1000, nice: 19, load: 1.5, stall: 0, bandwidth: 20MiB/s}
with_php: true
max_size: unlimited
keep_last: unlimited
keep_daily: 7
status: {file: /s.json, group: root}
metrics: {textfile: /m.prom}
schedules: [{name: a, sites: [all]}, {name: b, kind: db, when: daily, sites: [/srv/x, shop]}]
sites:
- /srv/plain
- {path: /srv/shop, name: shop, run_as: 1234, with_php: /usr/bin/php8.2, no_uploads: true}
- {path: /srv/off, with_php: false, sinks: [/var/own]}
sinks: [/var/all]
`)
	if err != nil {
		t.Fatal(err)
	}
	if c.Limits.Stall != 0 || c.Limits.Load != 1.5 || c.Limits.Bandwidth != 20<<20 || c.KeepLast.String() != "unlimited" || c.KeepDaily.String() != "7" || c.MaxSize.bytes != 0 || !c.MaxSize.set || c.KeepWeekly.set {
		t.Errorf("%+v", c.settings)
	}
	var got []string
	for _, entry := range c.Sites {
		s, err := c.Site(entry)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(s.Path, " ", s.Name, " ", s.RunAs, " ", s.WithPHP, " ", s.NoUploads, " ", s.ownSinks, " ", len(s.Sinks)))
	}
	if want := "/srv/plain  0 auto false false 1; /srv/shop shop 1234 /usr/bin/php8.2 true false 1; /srv/off  0  false true 1"; strings.Join(got, "; ") != want { //nolint:dupword // two fields
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
	if paths := c.PathsOf("shop"); len(paths) != 1 || paths[0] != "/srv/shop" {
		t.Errorf("%q", paths)
	}
	for text, want := range map[string]lockWait{"true": unlimitedWait, "false": 0, "90s": lockWait(90 * time.Second), "''": 0, "0": 0} {
		var in struct {
			Wait lockWait `mapstructure:"wait"`
		}
		if err := decode(map[string]any{"wait": strings.Trim(text, "'")}, &in); err != nil || in.Wait != want {
			t.Errorf("%s: %d, %v", text, in.Wait, err)
		}
	}
	if unlimitedWait != math.MaxInt64 {
		t.Error("an unlimited wait ends")
	}
}

// A flag overrides the environment, which overrides an entry of sites, which overrides the file.
func TestPrecedence(t *testing.T) {
	const text = "kind: files\nexclude: [file]\nsites: [{path: /a, kind: db, exclude: [site]}]\n"
	for _, c := range []struct {
		env  string
		args []string
		want string
	}{
		{"", nil, "db [site]"},
		{"full", nil, "full [site]"},
		{"full", []string{"--kind", "files", "--exclude", "flag"}, "files [flag]"},
	} {
		t.Setenv("WP_ONEWAY_KIND", c.env)
		conf, err := load(t, text, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := conf.Site(conf.Sites[0])
		if got := fmt.Sprint(s.Kind, " ", s.Exclude); got != c.want || err != nil {
			t.Errorf("environment %q, flags %q: %s, %v; want %s", c.env, c.args, got, err, c.want)
		}
		without, err := conf.WithoutFlags()
		if err != nil || without.Forced("exclude") {
			t.Errorf("without flags: %v", err)
		}
		conf.ScheduledKind = "files"
		if s, _ := conf.Site(conf.Sites[0]); s.Kind != map[bool]string{true: s.Kind, false: "files"}[conf.Forced("kind")] {
			t.Errorf("scheduled: %s", s.Kind)
		}
	}
}

// What is printed of a configuration holds no secret, wherever it is written.
func TestShownKeysHoldNoSecret(t *testing.T) {
	t.Setenv("WP_ONEWAY_UPTIME_KUMA_PUSH_URL", "https://up.example/secret-1")
	c, err := load(t, `
notifications: ["ntfy://user:secret-2@ntfy.sh/topic"]
email: {to: [a@example.com], host: mail.example.com, username: a, password: secret-3}
healthchecks: {ping_url: "https://hc.example/secret-4"}
notifications_file: https://u:secret-5@h/
sinks: ["s3://bucket/a?region=x&key=secret-6", {url: /var/backups, name: disk}]
sites:
- {path: /srv/a, name: shop, keep_last: 3, sinks: ["s3://key:secret-7@bucket/x"]}
retention: {db: {keep_daily: 7}}
`, "--kind", "db")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, row := range c.ShownKeys() {
		all[row[0]] = strings.ReplaceAll(row[1], c.Path, "FILE") + " " + row[2]
		if strings.Contains(row[2], "secret") {
			t.Errorf("%s: %s", row[0], row[2])
		}
	}
	for key, want := range map[string]string{
		"kind": "--kind db", "notifications": "FILE:2 [redacted]", "email.password": "FILE:3 [redacted]", "email.to": "FILE:3 [a@example.com]", "email.from": "default ",
		"uptime_kuma.push_url": "WP_ONEWAY_UPTIME_KUMA_PUSH_URL [redacted]", "notifications_file": "FILE:5 [redacted]",
		"sinks": "FILE:6 {url=[redacted: not a valid URL]} {url=/var/backups name=disk}", "sites": "FILE:7 1 entries",
		"sites[0].path": "FILE:8 /srv/a", "sites[0].name": "FILE:8 shop", "sites[0].keep_last": "FILE:8 3", "sites[0].sinks": "FILE:8 {url=[redacted: not a valid URL]}",
		"retention.db.keep_daily": "FILE:9 7", "retention.db.keep_last": "", "sites[0].kind": "",
	} {
		if all[key] != want {
			t.Errorf("%s: %s, want %s", key, all[key], want)
		}
	}
}

func TestListsFromTheEnvironment(t *testing.T) {
	t.Setenv("WP_ONEWAY_EXCLUDE", "*.tmp  cache")
	t.Setenv("WP_ONEWAY_SINKS", "[/var/a, {url: /var/b, name: b}]")
	c, err := load(t, "kind: db\n")
	if err != nil || fmt.Sprint(c.Exclude) != "[*.tmp cache]" || len(c.Sinks) != 2 || c.Sinks[1].Name != "b" || c.Sinks[0].URL != "/var/a" {
		t.Errorf("%v, %+v, %v", c.Exclude, c.Sinks, err)
	}
	t.Setenv("WP_ONEWAY_SINKS", "[/var/a")
	if _, err := load(t, "kind: db\n"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a list without its end: %v", err)
	}
	t.Setenv("WP_ONEWAY_SINKS", "")
	t.Setenv("WP_ONEWAY_KNID", "db")
	if _, err := load(t, ""); err == nil {
		t.Error("a misspelled variable is accepted")
	}
}
