package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cronScene runs in a mount namespace in which the folder of crontabs is a scratch folder. It
// installs, runs and removes schedules with the crontab program of the host, and prints what cron
// would do.
const cronScene = `
set -e
dir=$1
mount --make-rprivate /
mkdir "$dir/crontabs"
mount --bind "$dir/crontabs" /var/spool/cron/crontabs
wp() { wp-oneway schedule "$@" --user --config "$dir/config.yaml" --quiet; }
crontab "$dir/before"
wp install nightly --cron
wp install hourly --cron
wp install nightly --cron
crontab -l >"$dir/installed"
wp show >"$dir/shown"
grep 'wp-oneway schedule nightly' "$dir/installed" | cut -d' ' -f6- | sed 's/sleep [0-9]*/sleep 0/' >"$dir/command"
cd "$HOME"
unset HOME
env -i /bin/sh "$dir/command" </dev/null >"$dir/printed" 2>&1
HOME=$dir/home
wp remove nightly
wp remove
crontab -l >"$dir/after"
`

// The crontab of a user is changed only in the entries of wp-oneway. The entries work in the
// environment that cron gives them.
func TestTheCrontabOfAUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a scratch folder of crontabs needs root") // CI runs the tests as root
	}
	dir := t.TempDir()
	site := filepath.Join(dir, "site")
	if err := createSite(site, config("x", "x", "/nowhere")); err != nil {
		t.Fatal(err)
	}
	const before = "# mine\nSHELL=/usr/bin/fish\n5 5 * * * /usr/local/bin/other # wp-oneway schedule" // no final newline, as crontab - allows
	for name, text := range map[string]string{
		"config.yaml": "sinks: [" + dir + "/sinks]\nschedules:\n- {name: nightly, kind: files, when: daily 03:30, sites: [" + site + "]}\n- {name: hourly, kind: db, when: every 1h, sites: [" + site + "]}\n",
		"before":      before + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "home"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "--propagation=unchanged", "--", "bash", "-c", cronScene, "bash", dir)
	cmd.Env = []string{"HOME=" + filepath.Join(dir, "home"), "XDG_STATE_HOME=" + filepath.Join(dir, "state"), "PATH=" + filepath.Dir(shared.binary) + ":" + os.Getenv("PATH")}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\nprinted: %s\nlog: %s", err, out, read(t, dir, "printed"), read(t, dir, "state/wp-oneway/schedule-nightly.log"))
	}
	if installed := read(t, dir, "installed"); strings.Count(installed, "# wp-oneway schedule nightly: daily 03:30") != 1 || strings.Count(installed, "# wp-oneway schedule hourly: every 1h") != 1 || !strings.HasPrefix(installed, "# mine\n") || !strings.HasSuffix(installed, strings.TrimPrefix(before, "# mine\n")+"\n") {
		t.Errorf("the crontab:\n%s", installed)
	}
	if shown := read(t, dir, "shown"); !strings.Contains(shown, "nightly") || !strings.Contains(shown, "daily 03:30") || strings.Contains(shown, "not configured") {
		t.Errorf("show:\n%s", shown)
	}
	if after := read(t, dir, "after"); after != before+"\n" {
		t.Errorf("after all was removed: %q", after)
	}
	if printed := read(t, dir, "printed"); printed != "" {
		t.Errorf("cron would send a mail: %s", printed)
	}
	one(t, filepath.Join(dir, "sinks", "site", "files-backups"), "*Z-*.manifest.json")
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}
