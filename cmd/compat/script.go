package compat

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A Script describes one of the shell scripts.
type Script struct {
	Name  string // without .sh
	Short string
	Log   string   // the name of its log in ~/log
	local string   // the folder of its local copies in ~/backups
	flags []string // flags of the command backup
}

// Scripts returns the scripts.
func Scripts() []Script {
	return []Script{
		{
			Name: "db-backup", Short: "Back up the database of a site", Log: "db-backup.log", local: "db-backups",
			flags: []string{"--kind", "db", "--no-transients"},
		},
		{
			Name: "full-backup", Short: "Back up the database and the files of a site", Log: "full-backup.log", local: "full-backups",
			flags: []string{"--kind", "full", "--with-core", "--no-transients"},
		},
		{
			Name: "files-backup-without-uploads", Short: "Back up the files of a site, without its uploads", Log: "files-backup.log", local: "files-without-uploads",
			flags: []string{"--kind", "files", "--with-core", "--no-uploads"},
		},
	}
}

// Help returns the help text of the script.
func (s Script) Help() string {
	return s.Short + `, with the arguments of ` + s.Name + `.sh of pothi/backup-wordpress

Usage: ` + s.Name + ` [-b BUCKET] [-k DAYS] [-e ADDRESS] [-s] [-p PATH] [-v] [-h] DOMAIN[/SUB]

  -b, --bucket BUCKET   also store the backup in this S3 bucket
  -k, --keepfor DAYS    keep the local copies for this number of days (default 7)
  -e, --email ADDRESS   send mails about failures to this address (default:
                        BACKUP_ADMIN_EMAIL, else ADMIN_EMAIL, else root@localhost)
  -s, --success         also send mails about successful backups
  -p, --path PATH       the folder of WordPress (default: ~/sites/DOMAIN/public,
                        on cPanel ~/public_html)
  -v, --version         print the version of wp-oneway
  -h, --help            print this help

~/.envrc is read, but not executed. docs/from-the-scripts.md lists all differences.
`
}

// A Host describes the host on which a script runs.
type Host struct {
	Home      string
	Dir       string // the working directory
	CPanel    bool
	Installed func(folder string) bool // reports whether WordPress is in the folder
	Getenv    func(name string) string
}

// A Run is the call of a script, translated into a call of wp-oneway.
type Run struct {
	Arguments  []string // arguments of wp-oneway
	Site       string   // the folder of WordPress
	Recipients []string // who gets mail; empty if nobody is named
	TellAll    bool     // also send mail about successful backups
	Passphrase secret.Text
	AWS        map[string]string // environment variables for the AWS SDK
}

// defaults returns the variables that the script itself sets. The environment cannot override
// them.
func (s Script) defaults(h Host) map[string]string {
	return map[string]string{
		"auto_delete_after": "7", "backup_path": filepath.Join(h.Home, "backups", s.local), "passphrase": "", "public_dir": "public",
		"sites_path": filepath.Join(h.Home, "sites"), "success_alert": "", "custom_email": "", "custom_wp_path": "", "bucket_name": "",
		"domain": "", "debug": "", "HOME": h.Home,
	}
}

// lookup returns the value of a variable that the settings file does not set.
func (s Script) lookup(h Host, name string) string {
	if value, ok := s.defaults(h)[name]; ok {
		return value
	}
	return h.Getenv(name)
}

// ReadEnvrc returns the variables of a settings file for this script.
func (s Script) ReadEnvrc(file string, text []byte, h Host) (map[string]string, error) {
	return ParseEnvrc(file, text, func(name string) string { return s.lookup(h, name) })
}

// Translate returns the call of wp-oneway. envrc holds the variables of the settings file. The
// options override them. An empty variable counts as not set.
func (s Script) Translate(a *Arguments, envrc map[string]string, h Host) (*Run, error) {
	get := func(name string) string {
		if value := a.set[name]; value != "" {
			return value
		}
		if value := envrc[name]; value != "" {
			return value
		}
		return s.lookup(h, name)
	}
	domain := strings.Trim(a.Domain, "/")
	name := strings.ToLower(strings.ReplaceAll(domain, "/", "-"))
	if !site.ValidName(name) || strings.Contains(domain, "..") || strings.HasPrefix(a.Domain, "/") {
		return nil, fmt.Errorf("domain %q: must be a name such as example.com or example.com/blog", a.Domain)
	}
	r := &Run{Recipients: s.Recipients(a, envrc, h), TellAll: get("success_alert") != "", Passphrase: secret.Text(get("passphrase")), AWS: map[string]string{}}
	for key, value := range envrc {
		if strings.HasPrefix(key, "AWS_") && value != "" {
			r.AWS[key] = value
		}
	}
	if r.Site = h.folder(domain, get); !filepath.IsAbs(r.Site) {
		r.Site = filepath.Join(h.Dir, r.Site)
	}
	r.Arguments = append([]string{"backup", r.Site, "--name", name, "--compression", "gzip", "--level", "6"}, s.flags...)
	keep, err := keepFlags(get("auto_delete_after"))
	if err != nil {
		return nil, err
	}
	local := get("backup_path")
	if !filepath.IsAbs(local) || strings.ContainsAny(local, "{}") {
		return nil, fmt.Errorf("backup_path %q: must be an absolute path without braces", local)
	}
	r.Arguments = append(append(r.Arguments, "--to", local), keep...)
	if bucket := get("bucket_name"); bucket != "" {
		if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`).MatchString(bucket) {
			return nil, fmt.Errorf("bucket %q: must be the name of an S3 bucket, without s3://", bucket)
		}
		r.Arguments = append(r.Arguments, "--to", "s3://"+strings.TrimRight(bucket, "/"))
	}
	return r, nil
}

// keepFlags returns the flags that keep local copies for a number of days. 0 days keeps only the
// newest copy.
func keepFlags(days string) ([]string, error) {
	n, err := strconv.ParseUint(days, 10, 16)
	switch {
	case err != nil:
		return nil, errors.New("keepfor (auto_delete_after) must be a number of days, such as 7")
	case n == 0:
		return []string{"--keep-last", "1"}, nil
	}
	return []string{"--keep-within", strconv.FormatUint(n, 10) + "d"}, nil
}

// Recipients returns the addresses that get mail. envrc may be empty if the settings file cannot
// be read.
func (s Script) Recipients(a *Arguments, envrc map[string]string, h Host) []string {
	value := a.set["custom_email"]
	for _, name := range []string{"custom_email", "BACKUP_ADMIN_EMAIL", "ADMIN_EMAIL"} {
		if value != "" {
			break
		}
		var ok bool
		if value, ok = envrc[name]; !ok {
			value = s.lookup(h, name)
		}
	}
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}

// folder returns the folder of WordPress.
func (h Host) folder(domain string, get func(string) string) string {
	if path := get("custom_wp_path"); path != "" {
		return path
	}
	if !h.CPanel {
		return filepath.Join(get("sites_path"), domain, get("public_dir"))
	}
	for _, addOn := range []string{filepath.Join(h.Home, domain), filepath.Join(h.Home, "public_html", domain)} {
		if h.Installed(addOn) {
			return addOn
		}
	}
	return filepath.Join(h.Home, "public_html")
}
