package schedule

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	ours    = "30 3 * * * root /usr/bin/wp-oneway backup # wp-oneway schedule nightly: daily 03:30"
	hourly  = "0 * * * * root /usr/bin/wp-oneway backup # wp-oneway schedule hourly: every 1h"
	newer   = "0 4 * * * root /usr/bin/wp-oneway backup # wp-oneway schedule nightly: daily 04:00"
	foreign = "SHELL=/usr/bin/fish\nMAILTO=me@example.com\n\n# backups\n5 5 * * * /usr/local/bin/wp-oneway-report nightly\n@reboot x %in\n"
)

func TestOnlyItsOwnLineChanges(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"empty":            {"", newer + "\n"},
		"foreign":          {foreign, newer + "\n" + foreign},
		"comments stay up": {"# m h dom\n\n" + foreign, "# m h dom\n\n" + newer + "\n" + foreign},
		"no final newline": {"0 1 * * * x", newer + "\n0 1 * * * x\n"},
		"comment only":     {"# mine", "# mine\n" + newer + "\n"},
		"replaced":         {foreign + ours + "\n", newer + "\n" + foreign},
		"other schedule":   {hourly + "\n" + ours + "\n" + foreign, newer + "\n" + hourly + "\n" + foreign},
		"twice":            {ours + "\n" + foreign + ours + "\n", newer + "\n" + foreign},
		"switched off":     {"#" + ours + "\n" + foreign, "#" + ours + "\n" + newer + "\n" + foreign},
		"carriage returns": {"0 1 * * * x\r\n", newer + "\n0 1 * * * x\r\n"},
	} {
		got := setLine(c.before, "nightly", newer)
		if got != c.after {
			t.Errorf("%s: %q, want %q", name, got, c.after)
		}
		if again := setLine(got, "nightly", newer); again != got {
			t.Errorf("%s: installed again, it is %q", name, again)
		}
		if rest, removed := removeLine(got, "nightly"); !removed || strings.Contains(rest, newer) {
			t.Errorf("%s: removed %v, %q", name, removed, rest)
		}
	}
	if rest, removed := removeLine(foreign+hourly+"\n", "nightly"); removed || rest != foreign+hourly+"\n" {
		t.Errorf("what is not there was removed: %q", rest)
	}
	if found := entriesIn(hourly + "\n#" + ours + "\n" + newer + "\n"); len(found) != 2 || found[0].Name != "hourly" || found[1].When != "daily 04:00" {
		t.Errorf("entries: %+v", found)
	}
}

// The delay of a host is always the same, and hosts are spread over the window.
func TestHostsAreSpread(t *testing.T) {
	e, seen := plain(t), map[time.Duration]bool{}
	for i := range 200 {
		e.Host = fmt.Sprintf("web%d", i)
		delay := e.delay()
		if delay != e.delay() || delay < 0 || delay >= e.Window {
			t.Fatalf("%s: %s", e.Host, delay)
		}
		seen[delay] = true
	}
	if len(seen) < 150 {
		t.Errorf("200 hosts have %d delays", len(seen))
	}
	e.Window = 0
	if line, err := e.crontabLine("root"); err != nil || strings.Contains(line, "sleep") {
		t.Errorf("without a window: %q, %v", line, err)
	}
}

// cron gives the command to sh, in an environment without HOME and PATH. A backslash
// protects % from cron.
func TestTheCommandOfTheEntryRuns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's 100% $HOME; mine")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	e := odd(t)
	e.Program, e.Log, e.Window = filepath.Join(dir, "wp-oneway"), filepath.Join(dir, "the log"), 0
	e.Environment = []string{"XDG_STATE_HOME=" + dir}
	script := "#!/bin/sh\necho \"$XDG_STATE_HOME:$*\"\n[ \"$1\" = schedule ] || exit 137\n"
	if err := os.WriteFile(e.Program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	line, err := e.crontabLine("")
	if err != nil {
		t.Fatal(err)
	}
	command := strings.SplitN(line, " ", 6)[5]
	if strings.Contains(strings.ReplaceAll(command, `\%`, ""), "%") {
		t.Fatalf("cron would cut the line at its %%: %s", command)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", strings.ReplaceAll(command, `\%`, "%"))
	cmd.Env = []string{}
	out, err := cmd.Output()
	if want := dir + ":schedule failed nightly 137\n"; err != nil || string(out) != want {
		t.Errorf("the report: %q, want %q (%v)", out, want, err)
	}
	log, err := os.ReadFile(e.Log)
	if want := dir + ":backup --schedule nightly --config /etc/it's $HOME; %n.yaml\n"; err != nil || string(log) != want {
		t.Errorf("the log: %q, want %q (%v)", log, want, err)
	}
}
