package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// An Entry is a schedule as it is installed.
type Entry struct {
	Name  string
	Times Times
	// Window is the time over which the runs of several hosts are spread.
	Window time.Duration
	// Program is the absolute path of wp-oneway, Arguments are those of a run, and
	// FailedArguments those of the command that reports a run which could not report itself.
	Program         string
	Arguments       []string
	FailedArguments []string
	Environment     []string // NAME=VALUE
	Sandbox         Sandbox  // for systemd
	Host            string   // spreads the runs of hosts that use cron
	Log             string   // the file to which cron appends the output
}

// A Sandbox says what a unit needs of the host.
type Sandbox struct {
	Writable    []string     // folders
	Credentials []Credential // secret files
	// Namespaces lets wp-oneway create namespaces, as it does for the PHP of a site.
	Namespaces bool
}

// A Credential is a secret file that systemd passes to a unit.
type Credential struct{ ID, Path string }

// CheckName refuses an invalid name of a schedule.
func CheckName(name string) error {
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`).MatchString(name) {
		return fmt.Errorf("schedule name %q: must be 1 to 40 of a-z, 0-9 and '-', and begin with a letter or a digit", name)
	}
	return nil
}

// Window is the time over which runs at an interval are spread: a tenth of it, and at
// most half an hour.
func Window(interval time.Duration) time.Duration {
	return min(interval/10, 30*time.Minute).Truncate(time.Second)
}

// check refuses characters that would end a line of a unit or of a crontab early.
func (e *Entry) check() error {
	if err := CheckName(e.Name); err != nil {
		return err
	}
	texts := slices.Concat([]string{e.Program, e.Log}, e.Arguments, e.FailedArguments, e.Environment, e.Sandbox.Writable)
	for _, c := range e.Sandbox.Credentials {
		texts = append(texts, c.Path)
	}
	for _, text := range texts {
		if strings.ContainsFunc(text, isControl) {
			return fmt.Errorf("install schedule %s: %q contains a control character, which systemd and cron cannot read; rename it", e.Name, text)
		}
	}
	return nil
}

// checkVisible refuses files below /tmp: the service has its own.
func (e *Entry) checkVisible() error {
	paths := append(append([]string{e.Program}, e.Arguments...), e.Sandbox.Writable...)
	for _, path := range paths {
		if strings.HasPrefix(path, "/tmp/") || strings.HasPrefix(path, "/var/tmp/") {
			return fmt.Errorf("install schedule %s: %s is in a folder for temporary files, which the service does not see; move it", e.Name, path)
		}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// delay is how long a run of this host waits within the window. It is always the same.
func (e *Entry) delay() time.Duration {
	seconds := uint64(e.Window / time.Second)
	if seconds == 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(e.Host + "\x00" + e.Name))
	return time.Duration(binary.BigEndian.Uint64(sum[:8])%seconds) * time.Second
}

// mark is the comment that identifies an entry.
func (e *Entry) mark() string { return fmt.Sprintf("# wp-oneway schedule %s: %s", e.Name, e.Times) }

// An Installed schedule is one that was found on the host.
type Installed struct {
	Name string
	When string // as it was installed
	By   string // "systemd", "systemd --user" or "cron"
	File string // the crontab or the timer
}

// marked reads the comment of mark at the end of a line.
func marked(line string) (found Installed, ok bool) {
	m := regexp.MustCompile(`# wp-oneway schedule ([a-z0-9][a-z0-9-]{0,39}): (.*)$`).FindStringSubmatch(strings.TrimSuffix(line, "\n"))
	if m == nil {
		return Installed{}, false
	}
	return Installed{Name: m[1], When: m[2]}, true
}

// errForeign is the error about a file that another program or a person has written.
var errForeign = errors.New("it was not written by wp-oneway schedule; move it away")
