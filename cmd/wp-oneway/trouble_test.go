package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A trouble is an error that new users of the program often meet. The test really causes it.
// docs/troubleshooting.md shows the command and its message.
type trouble struct {
	title   string
	provoke func(s *stage) []string // returns the arguments of the command that fails
	exit    int
	where   string // the place that the message names, as the page shows it
	next    string // the advice in the message
	advice  string // additional advice in the page, or ""
}

// A section is a part of the page.
type section struct {
	title    string
	troubles []trouble
}

func troubleSections() []section {
	return []section{
		{"The site", siteTroubles()},
		{"The database", databaseTroubles()},
		{"Folders of this host", folderTroubles()},
		{"The bucket", bucketTroubles()},
		{"Commands and configuration", usageTroubles()},
		{"Sealing and reading back", readingTroubles()},
	}
}

// troublePage is the text of the page before the list.
const troublePage = `# Troubleshooting

Each error is one line: what was being done, to what, what went wrong, and what to do next. This page
lists the most common errors. A test causes each of them and writes this page. ` + "`/srv/shop`" + ` is a
site, ` + "`/srv/backups`" + ` a folder of backups, and ` + "`vault`" + ` a bucket.

If the line is not enough: ` + "`wp-oneway doctor /srv/shop --to URL`" + ` examines a site and its sinks,
` + "`wp-oneway inspect /srv/shop`" + ` prints what its configuration says, and ` + "`--verbose`" + ` prints every step.
`

// TestTroubleshooting causes each trouble, checks its message, and compares the page.
func TestTroubleshooting(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("other users and small disks need root")
	}
	sections := troubleSections()
	entries := make([][]string, len(sections))
	t.Run("errors", func(t *testing.T) {
		for i, section := range sections {
			entries[i] = make([]string, len(section.troubles))
			for j, c := range section.troubles {
				t.Run(c.title, func(t *testing.T) {
					t.Parallel()
					entries[i][j] = c.meet(newStage(t))
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	page := troublePage
	for i, section := range sections {
		page += "\n## " + section.title + "\n\n" + strings.Join(entries[i], "")
	}
	checkDocument(t, "troubleshooting.md", page)
}

// meet causes the trouble and checks the message. It returns the entry for the page.
func (c *trouble) meet(s *stage) string {
	s.t.Helper()
	args := c.provoke(s)
	code, message := s.meet(args)
	line := s.shown(strings.TrimSuffix(message, "\n"))
	text, ok := strings.CutPrefix(line, "wp-oneway: ")
	if code != c.exit || !ok || strings.Contains(text, "\n") || !strings.Contains(text, c.where) || !strings.Contains(text, c.next) {
		s.t.Errorf("exit status %d, want %d; want one line with %q and %q, got\n%s", code, c.exit, c.where, c.next, line)
	}
	entry := fmt.Sprintf("- **%s.** `wp-oneway %s` has exit status %d:\n  ``%s``\n", c.title, s.shown(commandText(args)), code, text)
	if c.advice != "" {
		entry += "  " + c.advice + "\n"
	}
	return entry
}

// commandText returns a command line as the page shows it, without the arguments that all
// commands have.
func commandText(args []string) string {
	var out []string
	for _, arg := range args {
		if strings.ContainsAny(arg, "?* ") {
			arg = "'" + arg + "'"
		}
		out = append(out, arg)
	}
	return strings.Join(out, " ")
}

// A stage is a host with a folder, which the page shows as /srv.
type stage struct {
	*host
	dir   string   // other accounts can enter it
	names []string // pairs of a text and the text that the page shows instead
	uid   uint32   // the user who runs the command; 0 means the user of the test
}

func newStage(t *testing.T) *stage {
	t.Helper()
	dir, err := os.MkdirTemp(shared.dir, "stage") //nolint:usetesting // t.TempDir is closed to other accounts
	must(t, err)
	must(t, os.Chmod(dir, 0o755)) //nolint:gosec // see above
	s := &stage{host: newHost(t), dir: dir}
	s.env = []string{"AWS_EC2_METADATA_DISABLED=true"} // no request leaves this machine
	s.show(dir, "/srv")
	return s
}

// show makes the page show another text instead of text.
func (s *stage) show(text, shown string) { s.names = append(s.names, text, shown) }

// Text that differs between two runs of the test.
var changing = []struct {
	pattern *regexp.Regexp
	shown   string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d_\d\d-\d\d-\d\dZ-[a-z0-9]{8}`), "2026-11-23_03-00-00Z-k3f9a2xq"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2026-11-23T03:00:00Z"},
	{regexp.MustCompile(`\.wp-oneway-[A-Z2-7]+\.tmp`), ".wp-oneway-….tmp"},
	{regexp.MustCompile(`/wp-oneway-\d+`), "/wp-oneway-…"},
	{regexp.MustCompile(`[0-9.]+ [KM]iB are free`), "8 MiB are free"},
	{regexp.MustCompile(`request [0-9A-F]{16}`), "request …"},
	{regexp.MustCompile(`trouble-[a-z-]+`), "vault"},
	{regexp.MustCompile(`(s3://[a-z0-9/]+)\?[^' ]*endpoint=[^' ]*[^': ]`), "$1?…"},
}

// shown returns a text as the page shows it.
func (s *stage) shown(text string) string {
	text = strings.NewReplacer(s.names...).Replace(text)
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.shown)
	}
	return text
}

// path returns a path on the stage.
func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

// file writes a file with this mode.
func (s *stage) file(name, text string, mode os.FileMode) string {
	s.t.Helper()
	path := s.path(name)
	must(s.t, os.WriteFile(path, []byte(text), mode))
	must(s.t, os.Chmod(path, mode))
	return path
}

// site creates the site /srv/shop with this wp-config.php.
func (s *stage) site(config string) string {
	s.t.Helper()
	must(s.t, createSite(s.path("shop"), config))
	return s.path("shop")
}

// backup returns the command that backs up the site into the folder.
func (s *stage) backup(args ...string) []string {
	return append([]string{"backup", s.path("shop"), "--to", s.path("backups")}, args...)
}

// account makes another user run the command. The home of that user is /srv/home.
func (s *stage) account(uid uint32) {
	s.t.Helper()
	home := s.path("home")
	must(s.t, os.Mkdir(home, 0o700))
	must(s.t, os.Chown(home, int(uid), int(uid)))
	s.uid, s.env = uid, append(s.env, "HOME="+home, "STATE_DIRECTORY="+home)
}

// meet runs the command, and returns its exit status and its messages.
func (s *stage) meet(args []string) (code int, message string) {
	s.t.Helper()
	cmd := s.command(args...)
	if s.uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: s.uid, Gid: s.uid}}
	}
	if s.env == nil {
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil && !isExit(err) {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), errs.String()
}

func isExit(err error) bool {
	_, ok := err.(*exec.ExitError) //nolint:errorlint // of Run itself
	return ok
}
