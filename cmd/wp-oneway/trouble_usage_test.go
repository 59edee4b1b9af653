package main

import "os"

// configured returns a command that uses a configuration file with this text and mode.
func (s *stage) configured(text string, mode os.FileMode) []string {
	s.t.Helper()
	return []string{"backup", "--all", "--config", s.file("config.yaml", text, mode)}
}

func usageTroubles() []trouble {
	return []trouble{
		{"A command is mistyped", func(*stage) []string { return []string{"bakcup"} }, 2, `"bakcup"`, "do you mean backup?", ""},
		{"A flag is mistyped", func(*stage) []string { return []string{"backup", "/srv/shop", "--recipent", "age1…"} }, 2, "--recipent", "do you mean --recipient?", ""},
		{"A flag has no value", func(*stage) []string { return []string{"backup", "/srv/shop", "--to"} }, 2, "--to", "see wp-oneway backup --help", ""},
		{"The scheme of a sink is not known", func(s *stage) []string {
			return []string{"backup", s.site(nowhere()), "--to", "sftp://nas/backups"}
		}, 2, `"sftp"`, "use one of file, gs, s3", "Mount the other host as a folder, or use a bucket."},
		{"A parameter of a sink is mistyped", func(s *stage) []string {
			return []string{"backup", s.site(nowhere()), "--to", "s3://vault/web1?regoin=eu-central-1"}
		}, 2, `"regoin"`, "known parameters are region", ""},
		{
			"A key of the configuration is not known", func(s *stage) []string { return s.configured("sink: [/srv/backups]\n", 0o600) },
			2, "/srv/config.yaml:1: unknown key 'sink'", "do you mean 'sinks'?", "",
		},
		{
			"A value of the configuration is wrong", func(s *stage) []string { return s.configured("limits:\n  stall: 5\n", 0o600) },
			2, "/srv/config.yaml:2: 'limits.stall'", "write it with its unit", "",
		},
		{
			"The configuration is not valid YAML", func(s *stage) []string { return s.configured("sinks: [/srv/backups\nname: shop\n", 0o600) },
			2, "/srv/config.yaml:1", "correct the YAML", "",
		},
		{
			"Others can write to the configuration", func(s *stage) []string { return s.configured("", 0o666) },
			2, "/srv/config.yaml", "run chmod go-w", "Who can write to it decides where the backups go.",
		},
		{"This user may not read the configuration", func(s *stage) []string {
			s.account(nobody)
			return s.configured("", 0o600)
		}, 2, "/srv/config.yaml", "run as a user who may read it", ""},
		{
			"The configuration does not exist", func(s *stage) []string { return []string{"backup", "--all", "--config", s.path("config.yaml")} },
			2, "/srv/config.yaml", "wp-oneway config generate", "",
		},
	}
}

// The public key in the documentation of age, whose secret nobody here has, and the secret of
// another key.
const (
	unknownRecipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	otherIdentity    = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
)

// sealed makes a sealed backup of the site's files.
func (s *stage) sealed() {
	s.t.Helper()
	s.site(nowhere())
	if code, _, stderr := s.run(s.backup("--kind", "files", "--recipient", unknownRecipient)...); code != 0 {
		s.t.Fatal(stderr)
	}
}

func readingTroubles() []trouble {
	return []trouble{
		{"Others can read the passphrase", func(s *stage) []string {
			s.site(nowhere())
			return s.backup("--passphrase-file", s.file("passphrase", "hunter2\n", 0o644))
		}, 2, "/srv/passphrase", "run chmod 600", ""},
		{"A recipient is not complete", func(s *stage) []string {
			s.site(nowhere())
			return s.backup("--recipient", "age1qqqqqqqq")
		}, 2, "line 1: malformed age1 recipient", "copy the complete line", ""},
		{"Sealing is required, and there is no recipient", func(s *stage) []string {
			s.site(nowhere())
			return s.backup("--config", s.file("config.yaml", "encryption: {required: true}\n", 0o600))
		}, 2, "encryption.required", "give --recipient age1…", ""},
		{"The backup is sealed, and there is no key", func(s *stage) []string {
			s.sealed()
			return []string{"get", "--from", s.path("backups"), "--latest", "--site", "shop", "wp-config.php"}
		}, 1, "shop/files-backups/shop-files-", "give the secret key with --identity", ""},
		{"The key belongs to no recipient", func(s *stage) []string {
			s.sealed()
			return []string{"get", "--from", s.path("backups"), "--latest", "--site", "shop", "--identity", s.file("key.txt", otherIdentity+"\n", 0o600), "wp-config.php"}
		}, 1, "shop/files-backups/shop-files-", "give the secret key of a recipient", ""},
		{"The key is the public one", func(s *stage) []string {
			return []string{"verify", "--from", s.path("backups"), "--latest", "--identity", s.file("key.txt", unknownRecipient+"\n", 0o600)}
		}, 2, "/srv/key.txt", "give the secret one", ""},
		{"The URL of the backups is not given", func(*stage) []string { return []string{"list"} }, 2, "the URL of the backups", "--from URL", ""},
		{
			"The folder of backups does not exist", func(s *stage) []string { return []string{"list", "--from", s.path("backups")} },
			1, "/srv/backups", "give the folder of the sink", "",
		},
		{"There is no backup", func(s *stage) []string {
			must(s.t, os.Mkdir(s.path("backups"), 0o700))
			return []string{"list", "--from", s.path("backups")}
		}, 1, "/srv/backups", "correct --from", ""},
		{"The run does not exist", func(s *stage) []string {
			must(s.t, os.Mkdir(s.path("backups"), 0o700))
			return []string{"verify", "--from", s.path("backups"), "shop/db-backups/shop-db-2026-11-23_03-00-00Z-k3f9a2xq"}
		}, 1, "shop/db-backups/shop-db-2026-11-23_03-00-00Z-k3f9a2xq", "wp-oneway list shows", ""},
	}
}
