package schedule

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// update writes the golden files: go test ./agent/schedule -update
var update = flag.Bool("update", false, "write the golden files")

func times(t *testing.T, text string) Times {
	t.Helper()
	out, err := ParseTimes(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// odd is an entry whose paths have every character that must be quoted.
func odd(t *testing.T) Entry {
	return Entry{
		Name: "nightly", Times: times(t, "daily 03:30"), Window: 30 * time.Minute, Host: "web1",
		Program: "/opt/100% mine/wp-oneway", Arguments: []string{"backup", "--schedule", "nightly", "--config", "/etc/it's $HOME; %n.yaml"},
		FailedArguments: []string{"schedule", "failed"}, Log: "/var/log/my logs/wp-oneway.log",
		Sandbox: Sandbox{
			Writable:    []string{"/srv/back ups/100%", `/srv/"quoted"`},
			Credentials: []Credential{{"pass-1", "/etc/wp oneway/50%"}},
		},
	}
}

func plain(t *testing.T) Entry {
	return Entry{
		Name: Default, Times: times(t, "30 3 * * 0"), Window: 30 * time.Minute, Host: "web1", Program: "/usr/bin/wp-oneway",
		Arguments: []string{"backup", "--schedule", Default}, FailedArguments: []string{"schedule", "failed"}, Log: "/var/log/wp-oneway-default.log",
	}
}

func TestUnitsAndCrontabs(t *testing.T) {
	system := Systemd{Dir: t.TempDir(), Packaged: []string{t.TempDir()}}
	packaged := Systemd{Dir: "/etc/systemd/system", Packaged: []string{t.TempDir()}}
	for _, unit := range []string{"wp-oneway.service", "wp-oneway.timer"} {
		if err := os.WriteFile(filepath.Join(packaged.Packaged[0], unit), []byte("[Unit]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	php := plain(t)
	php.Name, php.Sandbox.Namespaces, php.Environment = "php", true, []string{"XDG_STATE_HOME=/home/me/my state"}
	for name, c := range map[string]struct {
		by Scheduler
		e  Entry
	}{
		"odd":     {system, odd(t)},
		"plain":   {system, plain(t)},
		"drop-in": {packaged, plain(t)},
		"user":    {Systemd{User: true, Dir: "/home/me/.config/systemd/user"}, php},
		"cron":    {Cron{File: filepath.Join(t.TempDir(), "wp-oneway")}, odd(t)},
	} {
		files, err := c.by.Files(t.Context(), c.e)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, f := range files {
			got.WriteString("# " + filepath.Base(filepath.Dir(f.Path)) + "/" + filepath.Base(f.Path) + "\n" + f.Text + "\n")
		}
		text := regexp.MustCompile(`(?m)^# \d+/`).ReplaceAllString(got.String(), "# ")
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || string(want) != text {
			t.Errorf("%s: not the golden file (%v):\n%s", name, err, text)
		}
	}
}

// systemd accepts the units without a remark, and rates them as safe.
func TestSystemdAcceptsTheUnits(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "100% mine", "wp-oneway") // a unit of the system cannot run what is below /tmp
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	e, base := odd(t), plain(t)
	base.Program = "/usr/bin/env"
	for _, user := range []bool{false, true} {
		files, err := Systemd{Dir: dir, User: user}.Files(t.Context(), e, base)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"verify", "--man=no"}
		for _, f := range files {
			text := strings.ReplaceAll(f.Text, specifiers(e.Program), specifiers(program))
			if err := os.WriteFile(f.Path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(f.Path, "@") {
				args = append(args, f.Path)
			}
		}
		if out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("verify: %v\n%s", err, out)
		}
		if user {
			continue
		}
		for _, unit := range []string{"wp-oneway-nightly.service", "wp-oneway-failed@.service"} {
			service := filepath.Join(dir, unit)
			rating := exposure(t, service)
			t.Logf("%s: exposure %.1f", unit, rating)
			if rating > 3.0 {
				t.Errorf("%s: exposure %.1f, want at most 3.0", unit, rating)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "with-user.service"), []byte(strings.Replace(e.service(false, false), "[Service]", "[Service]\nUser=daemon", 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("with User=: exposure %.1f", exposure(t, filepath.Join(dir, "with-user.service")))
	}
}

func exposure(t *testing.T, unit string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--no-pager", unit).Output()
	m := regexp.MustCompile(`exposure level for \S+: ([0-9.]+)`).FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("security: %v\n%s", err, out)
	}
	rating, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return rating
}

func TestEntriesThatCannotBeWritten(t *testing.T) {
	for name, change := range map[string]func(*Entry){
		"newline in a folder":     func(e *Entry) { e.Sandbox.Writable = []string{"/srv/a\nUser=bob"} },
		"newline in a credential": func(e *Entry) { e.Sandbox.Credentials = []Credential{{"x", "/a\nb"}} },
		"newline in the program":  func(e *Entry) { e.Program = "/usr/bin/wp\noneway" },
		"newline in an argument":  func(e *Entry) { e.Arguments = []string{"a\nb"} },
		"tab in the log":          func(e *Entry) { e.Log = "/var/log/a\tb" },
		"name":                    func(e *Entry) { e.Name = "../cron" },
		"name with a newline":     func(e *Entry) { e.Name = "a\nb" },
	} {
		e := plain(t)
		change(&e)
		for _, by := range []Scheduler{Systemd{Dir: t.TempDir()}, Cron{File: filepath.Join(t.TempDir(), "x")}} {
			if files, err := by.Files(t.Context(), e); err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s with %s: %v, %v", name, by, files, err)
			}
		}
	}
	hidden := plain(t)
	hidden.Program = "/tmp/wp-oneway"
	if _, err := (Systemd{Dir: t.TempDir()}).Files(t.Context(), hidden); err == nil || !strings.Contains(err.Error(), "/tmp") {
		t.Errorf("a program in /tmp, which the service does not see: %v", err)
	}
	cron := Cron{File: filepath.Join(t.TempDir(), "x")}
	calendar := plain(t)
	calendar.Times = times(t, "Sun *-*-1..7 03:30")
	if _, err := cron.Files(t.Context(), calendar); err == nil || !strings.Contains(err.Error(), "cron cannot express it") {
		t.Errorf("a calendar event for cron: %v", err)
	}
	long := plain(t)
	long.Log = "/" + strings.Repeat("x", 1000)
	if _, err := cron.Files(t.Context(), long); err == nil || !strings.Contains(err.Error(), "cron can read only") {
		t.Errorf("a long line: %v", err)
	}
}
