package settings

import (
	"slices"
	"sync"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// Keys returns the table of all keys of the configuration. Each group of keys is declared beside
// its settings, and is one line here.
var Keys = sync.OnceValue(func() keys.Table {
	return slices.Concat(siteListKeys(), scheduleKeys(), runKeys(), limitKeys(), machineKeys(), backupKeys(), phpKeys(), dumpKeys(), retentionKeys(), notifyKeys(), hookKeys())
})

// siteListKeys returns the keys that say which sites there are.
func siteListKeys() keys.Table {
	return keys.Table{
		{
			Name: "sites", Form: keys.Entries, Global: true, SiteKeys: true,
			Help:    "the sites, each a path or a map with a path and with keys that apply to this site only",
			Example: "[{path: /var/www/example.com, name: example.com}]",
			Keys: keys.Table{
				{Name: "path", Form: keys.Text, Required: true, Help: "the site's folder, or a pattern of folders such as /home/*/public_html; absolute", Example: "/var/www/example.com"},
				{Name: "ignore", Form: keys.Text, Help: "why the site is not backed up", Example: "a copy for tests"},
				{Name: "run_as", Form: keys.User, FileOnly: true, Help: "the user with whose rights root reads the site", Example: "www-data"},
			},
		},
		{Name: "roots", Form: keys.List, Global: true, Help: "the folders, or patterns of folders, in which --all and `sites` search for sites", Example: "[/srv/www]"},
	}
}

// runKeys returns the keys for the whole invocation.
func runKeys() keys.Table {
	return keys.Table{
		{Name: "dry_run", Form: keys.Bool, Global: true, Help: "print what would be backed up; send nothing"},
		{Name: "json", Form: keys.Bool, Global: true, Help: "print the report as JSON"},
		{Name: "quiet", Form: keys.Bool, Global: true, Short: "q", Help: "print errors only"},
		{Name: "verbose", Form: keys.Bool, Global: true, Short: "v", Help: "print every step"},
		{Name: "wait", Form: keys.BoolOrDuration, Global: true, Help: "maximum `time` to wait until another run of the same site ends; true (--wait without a value): as long as limits.timeout allows", Example: "30m"},
		{Name: "log_format", Form: keys.Text, Global: true, Default: "text", Choices: []string{"text", "json"}, Help: "`format` of the messages on standard error: text or json"},
	}
}

// limitKeys are the keys of limits.
func limitKeys() keys.Table {
	return keys.Table{
		{Name: "limits.sites", Form: keys.Int, Global: true, Default: 1, Help: "the number of sites that are backed up at the same time"},
		{Name: "limits.bandwidth", Form: keys.Rate, Global: true, Help: "the maximum rate at which the files of all sites together are sent to buckets; dumps are not limited", Example: "20MiB/s"},
		{Name: "limits.memory", Form: keys.Size, Global: true, Help: "the maximum memory of the agent and its workers, without the operating system's cache (default: 96MiB for one site); if it is too little for limits.sites, fewer sites are backed up at the same time", Example: "256MiB"},
		{Name: "limits.timeout", Form: keys.Duration, Global: true, Default: "24h", Help: "the maximum time for the run of one site; 0s is no limit"},
		{Name: "limits.stall", Form: keys.Duration, Global: true, Default: "5m", Help: "a destination fails after this time without progress; a site fails after twelve times this time"},
		{Name: "limits.site_size", Form: keys.Size, Global: true, Help: "the maximum uncompressed size of a site; a larger site fails", Example: "200GiB"},
		{Name: "limits.nice", Form: keys.Int, Global: true, Help: "the CPU priority, as for nice -n; with 10, the web server has priority over the backup"},
		{Name: "limits.ionice", Form: keys.Text, Global: true, Help: "the disk priority, as for ionice: idle, or best-effort:0 to best-effort:7", Example: "idle"},
		{Name: "limits.load", Form: keys.Number, Global: true, Help: "a backup waits until the 1-minute load average is at most this, but not longer than one hour", Example: "4"},
	}
}

// backupKeys returns the keys that say what is backed up, how, and where to.
func backupKeys() keys.Table {
	return keys.Table{
		{
			Name: "sinks", Form: keys.Entries, Flag: "to", NonEmpty: true, Example: "[/var/backups/wp-oneway]",
			Help: "sink `URL`: a folder, s3://bucket/prefix?… or gs://bucket/prefix?…; {host}, {kind}, {site} and {owner} are placeholders",
			Keys: append(keys.Table{
				{Name: "url", Form: keys.Text, Required: true, Help: "the sink's URL", Example: "s3://vault/{host}?region=eu-central-1"},
				{Name: "name", Form: keys.Text, Help: "the sink's name in metrics and `status` (default: s3-BUCKET, gs-BUCKET or folder)", Example: "vault"},
				{Name: "require_one_way", Form: keys.Bool, Help: "false: accept this sink even if the site has require_one_way"},
			}, retentionKeys()...),
		},
		{Name: "name", Form: keys.Text, Help: "the site's `name` in the sinks (default: from its path)", Example: "example.com"},
		{Name: "kind", Form: keys.Text, Default: "full", Choices: []string{"full", "db", "files"}, Help: "`kind` of backup: full, db or files"},
		{Name: "no_uploads", Form: keys.Bool, Help: "exclude the uploads"},
		{Name: "with_core", Form: keys.Bool, Help: "include WordPress core"},
		{Name: "include", Form: keys.List, Help: "`pattern` of files to include even if an exclude pattern matches", Example: "[wp-content/cache/keep]"},
		{Name: "exclude", Form: keys.List, Help: "`pattern` of files to exclude", Example: "['*.bak']"},
		{Name: "no_default_excludes", Form: keys.Bool, Help: "include files that are excluded by default: caches, logs and backups of plugins"},
		{Name: "compression", Form: keys.Text, Default: "zstd", Choices: []string{"zstd", "gzip", "none"}, Help: "`method`: zstd, gzip or none"},
		{Name: "level", Form: keys.Int, Help: "compression `level`: zstd 1 to 22, gzip 1 to 9 (default: the method's default)"},
		{Name: "encryption.age_recipients", Form: keys.List, Flag: "recipient", NonEmpty: true, Help: "seal to this age or SSH public `key`", Example: "[age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]"},
		{Name: "encryption.recipients_file", Form: keys.Text, Flag: "recipients-file", NonEmpty: true, Help: "seal to the age, SSH or OpenPGP public keys in this `file`", Example: "/etc/wp-oneway/recipients"},
		{Name: "encryption.passphrase_file", Form: keys.Text, Flag: "passphrase-file", NonEmpty: true, Help: "seal with GnuPG and the passphrase in this `file`", Example: "/etc/wp-oneway/passphrase"},
		{Name: "encryption.required", Form: keys.Bool, NonEmpty: true, Help: "refuse backups that are not sealed"},
		{Name: "require_one_way", Form: keys.Bool, NonEmpty: true, Help: "refuse sinks that doctor has not proved one-way in the last 7 days"},
	}
}

// phpKeys returns the keys that say how a site's configuration is read.
func phpKeys() keys.Table {
	return keys.Table{
		{Name: "env", Form: keys.List, Secret: true, Help: "`NAME=VALUE`, a variable in the environment of the site's PHP; NAME alone copies the value from this environment", Example: "[WP_ENV=production]"},
		{Name: "env_file", Form: keys.Text, Help: "`file` with the environment of the site's PHP", Example: "/etc/wp-oneway/example.com.env"},
		{Name: "no_env", Form: keys.Bool, Help: "the environment of the site's PHP is empty"},
		{Name: "with_php", Form: keys.BoolOrPath, FileOnly: true, Help: "let the host's PHP run a configuration that cannot be read otherwise (`binary`: a path; default: php-cgi, else php)", Example: "/usr/bin/php8.2"},
		{Name: "http_host", Form: keys.Text, Help: "the `host` name in requests to the site", Example: "example.com"},
		{Name: "url", Form: keys.Text, Help: "the `URL` that visitors use: scheme, host and port (https://HOST/)", Example: "https://example.com/"},
		{Name: "variables_order", Form: keys.Text, Help: "the value of variables_order in php.ini, such as `EGPCS`; with E, $_ENV contains the environment", Example: "EGPCS"},
		{Name: "home", Form: keys.Text, Help: "outermost `folder` that the site may read from (default: determined from its owner and layout)", Example: "/home/alice"},
		{Name: "db_defaults_file", Form: keys.Text, Help: "MySQL option `file` (mode 0600) that overrides the connection settings of the site's configuration", Example: "/etc/wp-oneway/example.com.cnf"},
	}
}

// SystemFile is the configuration of the host, which may hold root's secrets.
const SystemFile = "/etc/wp-oneway/config.yaml"
