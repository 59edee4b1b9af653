package compat

import (
	"slices"
	"strings"
	"testing"
)

// translate translates the call of a script without running it. line holds the script's name and
// its arguments.
func translate(t *testing.T, line, envrc string, h Host) (*Run, error) {
	t.Helper()
	words := strings.Fields(line)
	i := slices.IndexFunc(Scripts(), func(s Script) bool { return s.Name == words[0] })
	s := Scripts()[i]
	a, err := ParseArguments(words[1:])
	if err != nil {
		return nil, err
	}
	vars, err := s.ReadEnvrc("~/.envrc", []byte(envrc), h)
	if err != nil {
		return nil, err
	}
	return s.Translate(a, vars, h)
}

// Each case is a row of the table in docs/from-the-scripts.md: a script with its arguments,
// ~/.envrc and the environment, and the resulting call of wp-oneway.
func TestTranslation(t *testing.T) {
	t.Parallel()
	const (
		db   = "backup /home/u/sites/a.com/public --name a.com --compression gzip --level 6 --kind db --no-transients --to /home/u/backups/db-backups"
		full = "backup /home/u/sites/a.com/public --name a.com --compression gzip --level 6 --kind full --with-core --no-transients --to /home/u/backups/full-backups"
	)
	for _, row := range []struct {
		line, envrc, env string
		want             string
		to               string // the recipients
		all              bool
		passphrase, aws  string
	}{
		{line: "db-backup a.com", want: db + " --keep-within 7d"},
		{line: "full-backup a.com", want: full + " --keep-within 7d"},
		{line: "files-backup-without-uploads a.com", want: "backup /home/u/sites/a.com/public --name a.com --compression gzip --level 6 --kind files --with-core --no-uploads --to /home/u/backups/files-without-uploads --keep-within 7d"},
		{line: "db-backup a.com/blog", want: "backup /home/u/sites/a.com/blog/public --name a.com-blog --compression gzip --level 6 --kind db --no-transients --to /home/u/backups/db-backups --keep-within 7d"},
		{line: "db-backup A.com", want: strings.Replace(db, "/a.com/", "/A.com/", 1) + " --keep-within 7d"},
		{line: "db-backup a.com vault", want: db + " --keep-within 7d --to s3://vault"},
		{line: "db-backup -b vault a.com", want: db + " --keep-within 7d --to s3://vault"},
		{line: "db-backup a.com --bucket=vault/x/", want: db + " --keep-within 7d --to s3://vault/x"},
		{line: "db-backup --bucket vault -- a.com", want: db + " --keep-within 7d --to s3://vault"},
		{line: "db-backup a.com", envrc: "bucket_name=vault", want: db + " --keep-within 7d --to s3://vault"},
		{line: "db-backup a.com -b other", envrc: "bucket_name=vault", want: db + " --keep-within 7d --to s3://other"},
		{line: "db-backup a.com", env: "bucket_name=vault", want: db + " --keep-within 7d"},
		{line: "db-backup -k 30 a.com", want: db + " --keep-within 30d"},
		{line: "db-backup -k30 a.com", want: db + " --keep-within 30d"},
		{line: "db-backup a.com --keepfor=30", envrc: "auto_delete_after=3", want: db + " --keep-within 30d"},
		{line: "db-backup a.com", envrc: "auto_delete_after=3", want: db + " --keep-within 3d"},
		{line: "db-backup a.com", envrc: "auto_delete_after=", want: db + " --keep-within 7d"},
		{line: "db-backup a.com -k 0", want: db + " --keep-last 1"},
		{line: "db-backup -sk 5 a.com", want: db + " --keep-within 5d", all: true},
		{line: "db-backup a.com --success", want: db + " --keep-within 7d", all: true},
		{line: "db-backup a.com", envrc: "success_alert=1", want: db + " --keep-within 7d", all: true},
		{line: "db-backup -e me@x.com,you@x.com a.com", envrc: "BACKUP_ADMIN_EMAIL=b@x.com", want: db + " --keep-within 7d", to: "me@x.com you@x.com"},
		{line: "db-backup a.com", envrc: "custom_email=c@x.com\nexport BACKUP_ADMIN_EMAIL=b@x.com ADMIN_EMAIL=a@x.com", want: db + " --keep-within 7d", to: "c@x.com"},
		{line: "db-backup a.com", envrc: "export BACKUP_ADMIN_EMAIL=b@x.com ADMIN_EMAIL=a@x.com", want: db + " --keep-within 7d", to: "b@x.com"},
		{line: "db-backup a.com", envrc: "export BACKUP_ADMIN_EMAIL= ADMIN_EMAIL=a@x.com", env: "BACKUP_ADMIN_EMAIL=env@x.com", want: db + " --keep-within 7d", to: "a@x.com"},
		{line: "db-backup a.com", env: "ADMIN_EMAIL=env@x.com", want: db + " --keep-within 7d", to: "env@x.com"},
		{line: "db-backup -p /srv/wp a.com", want: strings.Replace(db, "/home/u/sites/a.com/public", "/srv/wp", 1) + " --keep-within 7d"},
		{line: "db-backup --path=wp a.com", want: strings.Replace(db, "/home/u/sites/a.com/public", "/cwd/wp", 1) + " --keep-within 7d"},
		{line: "db-backup a.com", envrc: "custom_wp_path=~/wp", want: strings.Replace(db, "/home/u/sites/a.com/public", "/home/u/wp", 1) + " --keep-within 7d"},
		{line: "db-backup a.com", envrc: "sites_path=$HOME/app\npublic_dir=web", want: strings.Replace(db, "/home/u/sites/a.com/public", "/home/u/app/a.com/web", 1) + " --keep-within 7d"},
		{line: "db-backup a.com", envrc: "backup_path=/mnt/b", want: strings.Replace(db, "/home/u/backups/db-backups", "/mnt/b", 1) + " --keep-within 7d"},
		{line: "db-backup a.com", envrc: "backup_path=$backup_path/more", want: db + "/more --keep-within 7d"},
		{line: "db-backup a.com", envrc: `passphrase="pa ss"`, want: db + " --keep-within 7d", passphrase: "pa ss"},
		{line: "db-backup a.com", env: "passphrase=no", want: db + " --keep-within 7d"},
		{line: "db-backup a.com", envrc: "export AWS_PROFILE=b AWS_REGION= OTHER=x", want: db + " --keep-within 7d", aws: "b"},
	} {
		h := Host{Home: "/home/u", Dir: "/cwd", Getenv: func(name string) string {
			if key, value, _ := strings.Cut(row.env, "="); key == name {
				return value
			}
			return ""
		}}
		r, err := translate(t, row.line, row.envrc, h)
		if err != nil {
			t.Errorf("%s: %v", row.line, err)
			continue
		}
		if got := strings.Join(r.Arguments, " "); got != row.want {
			t.Errorf("%s, %q:\n%s\n%s", row.line, row.envrc, got, row.want)
		}
		if to := strings.Join(r.Recipients, " "); to != row.to || r.TellAll != row.all || r.Passphrase.Reveal() != row.passphrase || r.AWS["AWS_PROFILE"] != row.aws || len(r.AWS) > 1 {
			t.Errorf("%s, %q: %q, %v, %q, %v", row.line, row.envrc, to, r.TellAll, r.Passphrase.Reveal(), r.AWS)
		}
	}
}

// On cPanel, the main domain is in ~/public_html. An add-on domain is in a folder with its own
// name, where the original scripts do not look.
func TestFoldersOfCPanel(t *testing.T) {
	t.Parallel()
	h := Host{Home: "/home/u", CPanel: true, Getenv: func(string) string { return "" }, Installed: func(folder string) bool {
		return slices.Contains([]string{"/home/u/addon.com", "/home/u/public_html/old.com", "/home/u/public_html"}, folder)
	}}
	for line, want := range map[string]string{
		"full-backup main.com": "/home/u/public_html", "full-backup addon.com": "/home/u/addon.com", "db-backup old.com": "/home/u/public_html/old.com",
		"db-backup -p /x old.com": "/x",
	} {
		if r, err := translate(t, line, "sites_path=/elsewhere", h); err != nil || r.Site != want {
			t.Errorf("%s: %+v, %v", line, r, err)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	h := Host{Home: "/home/u", Dir: "/cwd", Getenv: func(string) string { return "" }}
	for line, want := range map[string]string{
		"db-backup a.com vault third": `unexpected argument "third"`, "db-backup -x a.com": "unknown option -x", "db-backup --bukcet x": "unknown option --bukcet",
		"db-backup a.com -k": "-k requires an argument", "db-backup a.com --keepfor": "--keepfor requires an argument", "db-backup -k seven a.com": "number of days",
		"db-backup -ks 7 a.com": "number of days", "db-backup -k -s a.com": "-k requires an argument", "db-backup --bucket= a.com": "--bucket is empty",
		"db-backup --success=yes a.com": "--success has no value", "db-backup ../etc": "must be a name", "db-backup /etc": "must be a name", "db-backup -": "must be a name",
		"db-backup a.com s3://vault": "without s3://", "db-backup a.com -b v?endpoint=x": "without s3://", "db-backup a.com -k -1": "requires an argument",
	} {
		if r, err := translate(t, line, "", h); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", line, r, err)
		}
	}
	if _, err := ParseArguments([]string{"a.com", ""}); err == nil {
		t.Error("an empty argument is accepted")
	}
	if _, err := translate(t, "db-backup a.com", "backup_path=b", h); err == nil || !strings.Contains(err.Error(), "backup_path") {
		t.Error(err)
	}
	for _, line := range []string{"-h", "--help", "-v", "-V", "--version", "a.com -sh", "-sV x y z"} {
		if a, err := ParseArguments(strings.Fields(line)); err != nil || a.Help == a.Version {
			t.Errorf("%s: %+v, %v", line, a, err)
		}
	}
}
