package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wp-oneway/wp-oneway/agent/state"
)

// configure writes the host's configuration.
func (h *host) configure(text string) {
	h.t.Helper()
	file := filepath.Join(h.state, "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.env = append(h.env, "WP_ONEWAY_CONFIG="+file)
}

// plugin runs status as a monitoring plugin, and checks its exit status and that it prints one
// line.
func (h *host) plugin(want int, args ...string) string {
	h.t.Helper()
	code, stdout, stderr := h.run(append([]string{"status"}, args...)...)
	if code != want || strings.Count(stdout, "\n") != 1 || stderr != "" {
		h.t.Errorf("status %q: exit status %d, want %d and one line\n%s%s", args, code, want, stdout, stderr)
	}
	return stdout
}

// age makes all runs in the state older by d.
func (h *host) age(d time.Duration) {
	h.t.Helper()
	dirs := state.Dirs{State: h.state}
	sites, err := dirs.Sites()
	if err != nil {
		h.t.Fatal(err)
	}
	for s := range sites {
		for kind, history := range s.Runs {
			for name, at := range history.Destinations {
				at.Last.Finished = at.Last.Finished.Add(-d)
				if at.Stored != nil {
					at.Stored.Finished = at.Stored.Finished.Add(-d)
				}
				history.Destinations[name] = at
			}
			history.Last.Finished = history.Last.Finished.Add(-d)
			s.Runs[kind] = history
		}
		path := filepath.Join(h.state, "sites")
		entries, err := os.ReadDir(path)
		if err != nil || len(entries) != 1 {
			h.t.Fatalf("%d states of sites (%v)", len(entries), err)
		}
		text, err := json.Marshal(s)
		if err != nil {
			h.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, entries[0].Name()), text, 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
}

// A backup writes the metrics and the status file. If no further backup runs, status turns red
// because of the age: when nothing runs, only the age shows the problem.
func TestMetricsAndStatusAreWritten(t *testing.T) {
	h, root, to := newHost(t), filepath.Join(t.TempDir(), "www"), t.TempDir()
	site := filepath.Join(root, "first")
	if err := createSite(site, config("x", "x", "/nowhere")); err != nil {
		t.Fatal(err)
	}
	textfile := filepath.Join(to, "wp_oneway.prom")
	h.configure("roots: [" + root + "]\nsites: [{path: " + site + ", name: first}]\nsinks: [{url: " + to + ", name: nas}]\nkind: files\nmetrics: {textfile: " + textfile + "}\n")

	line := h.plugin(2, "--max-age", "26h")
	if !strings.Contains(line, "WP-ONEWAY CRITICAL - first: never backed up | backups=1 warning=0 critical=1 ") {
		t.Errorf("before the first backup: %s", line)
	}
	h.backup(0, "--all")
	if line = h.plugin(0, "--max-age", "26h"); !strings.HasPrefix(line, "WP-ONEWAY OK - no problem, backups: 1 | ") {
		t.Errorf("after the backup: %s", line)
	}
	f, err := os.Open(textfile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	metrics, err := parser.TextToMetricFamilies(f)
	if err != nil {
		t.Fatal(err)
	}
	if m := metrics["wp_oneway_last_success_timestamp_seconds"].GetMetric(); len(m) != 1 || time.Since(time.Unix(int64(m[0].GetGauge().GetValue()), 0)) > time.Hour {
		t.Errorf("last success: %v", m)
	}
	if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode of the textfile: %v (%v)", info.Mode(), err)
	}

	h.age(25 * time.Hour)
	h.plugin(0, "--max-age", "26h")
	h.age(2 * time.Hour)
	if line = h.plugin(2, "--max-age", "26h"); !strings.Contains(line, "first files nas: last backup 27h ago, more than 26h | ") {
		t.Errorf("when nothing runs: %s", line)
	}
	h.age(-100 * time.Hour)
	if line = h.plugin(1, "--max-age", "26h"); !strings.Contains(line, "in the future: check the clock") {
		t.Errorf("when the clock was set back: %s", line)
	}
	h.age(73 * time.Hour)

	// A new site, a new sink and a failed run.
	if err := createSite(filepath.Join(root, "second"), config("x", "x", "/nowhere")); err != nil {
		t.Fatal(err)
	}
	if line = h.plugin(2, "--max-age", "26h"); !strings.Contains(line, "second: never backed up") {
		t.Errorf("a new site: %s", line)
	}
	h.backup(1, site, "--kind", "db")
	checkSchema(t, "status.schema.json", mustRun(h, "status", "--json"))
	if line = h.plugin(2, "--max-age", "26h", "first"); !strings.Contains(line, "first db nas: never backed up, last run failed: ") {
		t.Errorf("a failed run: %s", line)
	}
	if code, out, _ := h.run("status", "--history", "first"); code != 0 || !strings.Contains(out, "files  1     size ") || !strings.Contains(out, "█") || !strings.Contains(out, "x\n") {
		t.Errorf("the history: %d\n%s", code, out)
	}
	if code, out, _ := h.run("status"); code != 0 || !strings.Contains(out, "-second: never backed up\n") {
		t.Errorf("the table: %d\n%s", code, out)
	}
	for _, line := range strings.Split(strings.TrimSpace(mustRun(h, "status")), "\n") {
		if strings.HasPrefix(line, "first ") && len([]rune(line)) > 80 {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
}

// checkSchema checks JSON against a schema of the documentation.
func checkSchema(t *testing.T, name, text string) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("the schema: %v\n%s", err, text)
	}
}

func mustRun(h *host, args ...string) string {
	h.t.Helper()
	code, stdout, stderr := h.run(args...)
	if code != 0 {
		h.t.Fatalf("%q: exit status %d\n%s", args, code, stderr)
	}
	return stdout
}

// A run that does not get the lock is recorded in the state as an attempt.
func TestALockedRunIsAnAttempt(t *testing.T) {
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	args := []string{site, "--name", "shop", "--kind", "files", "--to", to}
	h.backup(0, args...)
	dirs := state.Dirs{State: h.state, Run: filepath.Join(h.state, "run")}
	unlock, err := dirs.Lock("name shop")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	h.backup(75, args...)
	var report struct {
		Backups []struct {
			Site, Destination, Level string
			Status                   string `json:"last_status"`
		} `json:"backups"`
	}
	if err := json.Unmarshal([]byte(mustRun(h, "status", "--json", "shop")), &report); err != nil {
		t.Fatal(err)
	}
	if b := report.Backups; len(b) != 1 || b[0].Status != "locked" || b[0].Level != "ok" || b[0].Destination != "folder" {
		t.Errorf("status: %+v", b)
	}
}

// If the plugin cannot read the status for any reason, it reports unknown, and not success.
func TestPluginIsUnknownIfItCannotKnow(t *testing.T) {
	h := newHost(t)
	h.configure("roots: [" + t.TempDir() + "]\n")
	for _, args := range [][]string{
		{"--max-age", "26h"}, // no site was found
		{"--max-age", "26h", "--file", "/nowhere/status.json"},
		{"--max-age", "26h", "--file", "/etc/passwd"},
		{"--max-age", "0s"},
		{"--max-age", "26h", "--nonsense"},
		{"--max-age", "26h", "--config", "/nowhere.yaml"},
		{"--max-age", "26h", "--history", "x"},
	} {
		if line := h.plugin(3, args...); !strings.HasPrefix(line, "WP-ONEWAY UNKNOWN - ") {
			t.Errorf("%q: %s", args, line)
		}
	}
}

// The group can read the status file, which contains no paths and no errors. Others cannot read
// it.
func TestStatusFileIsForItsGroup(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("the tests of this package that change users need root")
	}
	h, site, open := newHost(t), smallSite(t), filepath.Join(shared.dir, "status")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId("33")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(open, "status.json")
	h.configure("roots: [" + filepath.Dir(site) + "]\nstatus: {file: " + file + ", group: " + group.Name + "}\n")
	h.backup(1, site, "--name", "shop", "--to", t.TempDir())
	h.backup(0, site, "--name", "shop", "--kind", "files", "--to", t.TempDir())
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	checkSchema(t, "status.schema.json", string(text))
	if strings.Contains(string(text), site) || strings.Contains(string(text), "nowhere") || !strings.Contains(string(text), `"shop"`) {
		t.Errorf("the status file: %s", text)
	}
	for _, c := range []struct {
		uid, gid uint32
		want     int
		line     string
	}{{65534, 33, 2, "shop full folder: never backed up, last run failed |"}, {65534, 65534, 3, "permission denied"}} {
		cmd := exec.Command(shared.binary, "status", "--max-age", "26h", "--file", file, "shop")
		cmd.Env = []string{"HOME=/nonexistent"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: c.uid, Gid: c.gid}}
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != c.want || !strings.Contains(string(out), c.line) {
			t.Errorf("as %d:%d: exit status %d\n%s", c.uid, c.gid, cmd.ProcessState.ExitCode(), out)
		}
	}
}

// If a folder cannot be written to, there is a warning that names the key. The backup succeeds,
// and the old file stays.
func TestMetricsAndStatusThatCannotBeWritten(t *testing.T) {
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	h.configure("roots: [" + filepath.Dir(site) + "]\nmetrics: {textfile: /proc/nowhere/x.prom}\nstatus: {file: " + h.state + "/none/status.json}\n")
	code, _, stderr := h.run("backup", site, "--name", "shop", "--kind", "files", "--to", to)
	if code != 0 || !strings.Contains(stderr, "metrics.textfile is not up to date") || !strings.Contains(stderr, "status.file is not up to date") {
		t.Errorf("exit status %d\n%s", code, stderr)
	}
}

// On a full disk, the old textfile stays, and no other file is left.
func TestMetricsOnAFullDisk(t *testing.T) {
	h, site, disk := newHost(t), smallSite(t), t.TempDir()
	h.configure("metrics: {textfile: " + disk + "/x.prom}\n")
	agent := h.command("backup", site, "--name", "shop", "--kind", "files", "--to", t.TempDir())
	flags := "-m"
	if os.Geteuid() != 0 {
		flags = "-rm"
	}
	script := `mount -t tmpfs -o size=8k tmpfs "$0" && echo old >"$0/x.prom" && { cat /dev/zero >"$0/filler" 2>/dev/null; "$@" && ls -A "$0" && cat "$0/x.prom"; }`
	cmd := exec.Command("unshare", append([]string{flags, "sh", "-c", script, disk}, agent.Args...)...)
	cmd.Env = agent.Env
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "no space left on device") || !strings.HasSuffix(string(out), "\nfiller\nx.prom\nold\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
