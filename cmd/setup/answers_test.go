package setup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	publicKey  = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	privateKey = "AGE-SECRET-KEY-1QQQ"
)

// answered runs setup with answers as flags. The other commands of the program are played: they
// find two sites, and fail as asked for. It returns the commands that ran, with the folder of the
// configuration as DIR.
func answered(t *testing.T, dir string, o Options, fails map[string]error) (commands []string, err error) {
	t.Helper()
	o.Yes, o.Config, o.Host = true, filepath.Join(dir, "etc", "config.yaml"), "host"
	ran := func(args []string) (string, error) {
		command := strings.ReplaceAll(strings.Join(args, " "), dir, "DIR")
		name, rest, _ := strings.Cut(strings.TrimPrefix(command, "--config DIR/etc/config.yaml "), " ")
		if strings.HasPrefix(name, "--config") { // the new file, which is not in its place yet
			name, command = "validate", "validate"
		}
		commands = append(commands, command)
		if name == "sites" && strings.Contains(rest, "none") {
			return "", &ExitError{Code: 1}
		}
		return name, fails[name]
	}
	s := &Setup{Options: o, Out: io.Discard, Program: Program{
		Run: func(_ context.Context, args ...string) error { _, err := ran(args); return err },
		Output: func(_ context.Context, args ...string) ([]byte, error) {
			name, err := ran(args)
			if name == "sites" && err == nil {
				return []byte(`{"sites":[{"name":"a","path":"/srv/a"},{"name":"old","path":"/srv/old","status":"ignored"},{"name":"b","path":"/srv/b"}]}`), nil
			}
			return nil, err
		},
	}}
	return commands, s.Run(t.Context())
}

func TestSetupWithFlags(t *testing.T) {
	t.Parallel()
	all := Options{All: true, To: "s3://vault/{host}?region=x", Recipient: publicKey}
	with := func(change func(*Options)) Options { o := all; change(&o); return o }
	secretFile := func(text string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const written = "sinks:\n    - s3://vault/{host}?region=x\nencryption:\n    age_recipients:\n        - " + publicKey + "\n    required: true\n"
	for name, c := range map[string]struct {
		before  string // the configuration
		options Options
		fails   map[string]error
		after   string // the configuration
		key     string // the credentials file
		ran     string // the commands, after the search
		failed  string // part of the error
	}{
		"all sites":              {options: all, after: written, ran: "validate; doctor --all; backup --all"},
		"some sites":             {options: with(func(o *Options) { o.All, o.Paths = false, []string{"/srv"} }), after: written + "sites:\n    - path: /srv/a\n    - path: /srv/b\n", ran: "validate; doctor; backup"},
		"a schedule":             {options: with(func(o *Options) { o.Daily, o.NoBackup = "03:30", true }), after: written, ran: "validate; doctor --all; schedule install --daily 03:30"},
		"not encrypted":          {options: with(func(o *Options) { o.Recipient, o.NoEncryption = "", true }), after: "sinks:\n    - s3://vault/{host}?region=x\nencryption:\n    required: false\n", ran: "validate; doctor --all; backup --all"},
		"a folder":               {options: with(func(o *Options) { o.To = "/var/backups" }), after: strings.Replace(written, "s3://vault/{host}?region=x", "/var/backups", 1), ran: "validate; doctor --all; backup --all"},
		"a key":                  {options: with(func(o *Options) { o.KeyID, o.SecretFile = "AKIA", secretFile("s3cret\n") }), after: strings.Replace(written, "region=x", "region=x&credentials_file=DIR/etc/key-vault", 1), key: "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s3cret\n", ran: "validate; doctor --all; backup --all"},
		"an existing file":       {before: "kind: db # mine", options: all, after: "kind: db # mine\n" + written, ran: "config validate; validate; doctor --all; backup --all"}, //nolint:dupword // of the setup, and of the file
		"everything is there":    {before: "sinks: [/x]\nencryption: {required: false}\n", options: Options{}, after: "sinks: [/x]\nencryption: {required: false}\n", ran: "config validate; doctor --all; backup --all"},
		"sites are there":        {before: "sites: [/srv/c]\n", options: all, after: "sites: [/srv/c]\n" + written, ran: "config validate; validate; doctor; backup"}, //nolint:dupword // of the setup, and of the file
		"a part is unreadable":   {options: all, fails: map[string]error{"backup": &ExitError{Code: 3}}, after: written, ran: "validate; doctor --all; backup --all", failed: "exit status 3"},
		"a backup that fails":    {options: with(func(o *Options) { o.Daily = "3:30" }), fails: map[string]error{"backup": &ExitError{Code: 1}}, after: written, ran: "validate; doctor --all; backup --all", failed: "exit status 1"},
		"a check that fails":     {options: all, fails: map[string]error{"doctor": &ExitError{Code: 1}}, after: written, ran: "validate; doctor --all", failed: "exit status 1"},
		"an invalid file":        {before: "kind: db\n", options: all, fails: map[string]error{"config": errors.New("bad kind")}, after: "kind: db\n", ran: "config validate", failed: "it is not valid; correct it"},
		"broken YAML":            {before: "kind: [\n", options: all, after: "kind: [\n", failed: "correct the YAML"},
		"an invalid result":      {before: "kind: db\n", options: with(func(o *Options) { o.KeyID, o.SecretFile = "AKIA", secretFile("s3cret") }), fails: map[string]error{"validate": errors.New("bad sink")}, after: "kind: db\n", ran: "config validate; validate", failed: "nothing was written: bad sink"},
		"braces":                 {before: "{kind: db}\n", options: all, after: "{kind: db}\n", ran: "config validate", failed: "add the keys above by hand"},
		"no sites":               {options: with(func(o *Options) { o.All, o.Paths = false, []string{"/none"} }), failed: "no WordPress in /none"},
		"a search that fails":    {options: all, fails: map[string]error{"sites": errors.New("no rights")}, failed: "search for sites: no rights"},
		"no sites on the host":   {options: all, fails: map[string]error{"sites": &ExitError{Code: 1}}, failed: "no site was found in the known places"},
		"no sink":                {options: with(func(o *Options) { o.To = "" }), failed: "--to is missing"},
		"a wrong sink":           {options: with(func(o *Options) { o.To = "s3://" }), failed: "s3"},
		"no key":                 {options: with(func(o *Options) { o.Recipient = "" }), failed: "--recipient is missing"},
		"a private key":          {options: with(func(o *Options) { o.Recipient = privateKey }), failed: "this is a private key, which must not be on this host"},
		"path and all":           {options: with(func(o *Options) { o.Paths = []string{"/srv"} }), failed: "PATH and --all exclude each other"},
		"two ways to encrypt":    {options: with(func(o *Options) { o.NoEncryption = true }), failed: "exclude each other"},
		"two schedules":          {options: with(func(o *Options) { o.Daily, o.NoSchedule = "03:30", true }), failed: "exclude each other"},
		"no time":                {options: with(func(o *Options) { o.Daily = "24:00" }), failed: "is not a time of day"},
		"half of a key":          {options: with(func(o *Options) { o.KeyID = "AKIA" }), failed: "belong together"},
		"a key for a folder":     {options: with(func(o *Options) { o.To, o.KeyID, o.SecretFile = "/x", "AKIA", "/y" }), failed: "--key-id: is for a sink s3://"},
		"two credentials":        {options: with(func(o *Options) { o.To, o.KeyID, o.SecretFile = all.To+"&credentials_file=/z", "AKIA", "/y" }), failed: "--key-id: is for a sink s3://"},
		"a missing secret":       {options: with(func(o *Options) { o.KeyID, o.SecretFile = "AKIA", "/nonexistent/secret" }), failed: "read the secret key"},
		"an empty secret":        {options: with(func(o *Options) { o.KeyID, o.SecretFile = "AKIA", secretFile("\n") }), failed: "a secret key is one word"},
		"a secret of more words": {options: with(func(o *Options) { o.KeyID, o.SecretFile = "AKIA", secretFile("a b") }), failed: "a secret key is one word"},
	} {
		dir := t.TempDir()
		config := filepath.Join(dir, "etc", "config.yaml")
		if c.before != "" {
			if err := errors.Join(os.Mkdir(filepath.Dir(config), 0o755), os.WriteFile(config, []byte(c.before), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		commands, err := answered(t, dir, c.options, c.fails)
		var ran []string
		for _, command := range commands {
			if command = strings.TrimPrefix(command, "--config DIR/etc/config.yaml "); !strings.HasPrefix(command, "sites ") {
				ran = append(ran, command)
			}
		}
		if got := strings.Join(ran, "; "); got != c.ran {
			t.Errorf("%s: ran %s, want %s", name, got, c.ran)
		}
		if (err == nil) != (c.failed == "") || err != nil && (!strings.Contains(err.Error(), c.failed) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), privateKey)) {
			t.Errorf("%s: %v, want %s", name, err, c.failed)
		}
		after, _ := os.ReadFile(config) // maybe there is none
		if got := strings.ReplaceAll(string(after), dir, "DIR"); got != c.after {
			t.Errorf("%s: the configuration is\n%s, want\n%s", name, got, c.after)
		}
		key, _ := os.ReadFile(filepath.Join(dir, "etc", "key-vault")) // maybe there is none
		if string(key) != c.key {
			t.Errorf("%s: the credentials are %q", name, key)
		}
		for _, file := range []string{config, filepath.Join(dir, "etc", "key-vault")} {
			if info, err := os.Stat(file); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s has the mode %v", name, file, info.Mode())
			}
		}
		if entries, _ := os.ReadDir(filepath.Dir(config)); len(entries) > 2 || len(entries) == 2 && c.key == "" {
			t.Errorf("%s: %v is left", name, entries)
		}
	}
}

func TestAnswersOfOneWord(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"eu-central-1": true, "a.b_c": true, "": false, "a b": false, "-a": false, "a/b": false, "a&b": false, "a\n": false} {
		if err := plainWord(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, ok := range map[string]bool{"00:00": true, "3:30": true, "23:59": true, "24:00": false, "3:3": false, "03:60": false, "03:30 ": false, "": false} {
		if err := checkTime(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
