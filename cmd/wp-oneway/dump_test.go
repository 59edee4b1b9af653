package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// optionTables are the statements that create the tables for the options that select tables.
var optionTables = []string{
	"CREATE TABLE wp_posts (id INT PRIMARY KEY, t TEXT)", `INSERT INTO wp_posts VALUES (1, 'a,"b"'), (2, 'x=y'), (3, 'c')`,
	"CREATE TABLE wp_options (option_id INT PRIMARY KEY, option_name VARCHAR(191))", "INSERT INTO wp_options VALUES (1, 'siteurl'), (2, '_transient_x')",
	"CREATE TABLE wp_log (id INT PRIMARY KEY)", "INSERT INTO wp_log VALUES (1), (2)",
	"CREATE TABLE wp_2_posts (id INT PRIMARY KEY)", "CREATE TABLE other (id INT PRIMARY KEY, t VARCHAR(9) COLLATE utf8mb4_uca1400_ai_ci)",
	"CREATE VIEW wp_v AS SELECT id FROM wp_posts", "CREATE DEFINER=OWNER PROCEDURE p() SELECT 1",
}

// sections returns the titles of the parts of a dump, with the number of rows of tables.
func sections(text string) string {
	var list []string
	for _, part := range strings.Split(text, "\n--\n-- ")[1:] {
		title, body, _ := strings.Cut(part, "\n--\n")
		title = strings.TrimPrefix(strings.ReplaceAll(title, "`", ""), "table ")
		if rows := strings.Count(body, "\n("); rows > 0 {
			title += fmt.Sprintf("=%d", rows)
		}
		list = append(list, title)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestDumpOptionsReachTheDump(t *testing.T) {
	t.Parallel()
	s := newDumpSite(t, "options_dump", optionTables...)
	all := "other procedure p view wp_v wp_2_posts wp_log=2 wp_options=2 wp_posts=3"
	for _, c := range []struct {
		args []string
		env  []string
		want string // sections
		has  string
	}{
		{args: nil, want: all, has: "DEFINER=`root`@`localhost`"},
		{args: []string{"--tables", "wp_l*", "--tables", "other"}, want: "other wp_log=2"},
		{args: []string{"--exclude-table", "wp_log", "--exclude-table", "wp_?_posts"}, want: "other procedure p view wp_v wp_options=2 wp_posts=3"},
		{args: []string{"--prefix-only"}, want: "view wp_v wp_2_posts wp_log=2 wp_options=2 wp_posts=3", has: `as these options say: {"prefix_only":true}`},
		{args: []string{"--blog", "2"}, want: "wp_2_posts"},
		{args: []string{"--no-data", "*_log"}, want: "other procedure p view wp_v wp_2_posts wp_log wp_options=2 wp_posts=3"},
		{args: []string{"--no-transients"}, want: "other procedure p view wp_v wp_2_posts wp_log=2 wp_options=1 wp_posts=3"},
		{args: []string{"--where", `wp_posts=t = 'a,"b"' OR t = 'x=y'`, "--where", "wp_log=id>1"}, want: "other procedure p view wp_v wp_2_posts wp_log=1 wp_options=2 wp_posts=2"},
		{args: []string{"--skip-definer"}, want: all, has: "CREATE PROCEDURE `p`"},
		{args: []string{"--for", "mysql8"}, want: all, has: "utf8mb4_0900_ai_ci"},
		{args: []string{"--threads", "3", "--strict"}, want: all},
		{env: []string{"WP_ONEWAY_TABLES=wp_log other", "WP_ONEWAY_NO_DATA=wp_log"}, want: "other wp_log"},
		{env: []string{"WP_ONEWAY_EXCLUDE_TABLE=wp_*", "WP_ONEWAY_STRICT=true", "WP_ONEWAY_THREADS=2"}, want: "other procedure p"},
		{env: []string{"WP_ONEWAY_PREFIX_ONLY=1", `WP_ONEWAY_WHERE=["wp_posts=id > 1 AND t <> 'c'"]`, "WP_ONEWAY_NO_TRANSIENTS=true"}, want: "view wp_v wp_2_posts wp_log=2 wp_options=1 wp_posts=1"},
		{env: []string{"WP_ONEWAY_BLOG=2"}, want: "wp_2_posts"},
		{env: []string{"WP_ONEWAY_SKIP_DEFINER=true", "WP_ONEWAY_FOR=mysql57"}, args: []string{"--for", "mysql8"}, want: all, has: "utf8mb4_0900_ai_ci"},
	} {
		h := newHost(t)
		h.env = c.env
		code, text, stderr := h.run(append([]string{"dump", s.root}, c.args...)...)
		if code != 0 {
			t.Errorf("%q %q: exit status %d: %s", c.args, c.env, code, stderr)
			continue
		}
		if got := sections(text); got != c.want {
			t.Errorf("%q %q: got %s\nwant %s", c.args, c.env, got, c.want)
		}
		if !strings.Contains(text, c.has) {
			t.Errorf("%q %q: no %s in it", c.args, c.env, c.has)
		}
		if skips := strings.Contains(strings.Join(append(c.args, c.env...), " "), "definer") || slices.Contains(c.env, "WP_ONEWAY_SKIP_DEFINER=true"); skips && strings.Contains(text, "DEFINER=") {
			t.Errorf("%q %q: it tells who defined what", c.args, c.env)
		}
	}
}

func TestDumpOptionsOfEachSite(t *testing.T) {
	t.Parallel()
	first, second := newDumpSite(t, "options_first", optionTables...), newDumpSite(t, "options_second", optionTables...)
	h, folder := newHost(t), t.TempDir()
	file := filepath.Join(h.state, "config.yaml")
	text := fmt.Sprintf("exclude_table: [other]\nno_transients: true\nkind: db\ncompression: none\nsites:\n- {path: %s, name: first, no_data: [wp_log], where: [\"wp_posts=id = 2\"]}\n"+
		"- {path: %s, name: second, exclude_table: [wp_v], no_transients: false, prefix_only: true, strict: true, threads: 2, for: mysql8, skip_definer: true}\n", first.root, second.root)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.backup(0, "--config", file, "--to", folder)
	for name, want := range map[string]string{
		"first": "procedure p view wp_v wp_2_posts wp_log wp_options=1 wp_posts=1", "second": "wp_2_posts wp_log=2 wp_options=2 wp_posts=3",
	} {
		dumped, err := os.ReadFile(one(t, filepath.Join(folder, name, "db-backups"), "*Z-*.sql"))
		if err != nil {
			t.Fatal(err)
		}
		if got := sections(string(dumped)); got != want {
			t.Errorf("%s: got %s\nwant %s", name, got, want)
		}
	}
	var details manifest.Details
	output, err := os.ReadFile(one(t, filepath.Join(folder, "first", "db-backups"), "*Z-*.details.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(output, &details); err != nil {
		t.Fatal(err)
	}
	if details.Dump == nil || !slices.Equal(details.Dump.ExcludeTables, []string{"other"}) || !details.Dump.NoTransients || details.Dump.Where["wp_posts"] != "id = 2" {
		t.Errorf("the details do not tell what was left out: %s", output)
	}
}

func TestMeaninglessDumpOptionsAreRefused(t *testing.T) {
	t.Parallel()
	s, h := newDumpSite(t, "options_bad", optionTables...), newHost(t)
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "must be one of mariadb, mariadb1011, mariadb105", []string{"--for", "oracle"}},
		{2, "threads 99", []string{"--threads", "99"}},
		{2, "blog -2", []string{"--blog", "-2"}},
		{2, "TABLE=CONDITION", []string{"--where", "wp_posts"}},
		{2, "given twice", []string{"--where", "wp_log=1", "--where", "wp_log=2"}},
		{2, "excludes", []string{"--tables", "wp_log", "--blog", "2"}},
		{1, "wp_lgo matches no table", []string{"--tables", "wp_lgo"}},
		{1, "no table of site 7", []string{"--blog", "7"}},
		{1, "where names wp_lgo", []string{"--where", "wp_lgo=1"}},
	} {
		for _, command := range [][]string{{"dump", s.root}, {"backup", s.root, "--name", "x", "--kind", "db", "--to", t.TempDir()}} {
			code, stdout, stderr := h.run(append(command, c.args...)...)
			if code != c.code || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 || strings.Contains(stdout, "Dump completed") {
				t.Errorf("%s %q: exit status %d, want %d and %q on one line: %s", command[0], c.args, code, c.code, c.want, stderr)
			}
		}
	}
}

func TestStrictFailsWhereADumpIsIncomplete(t *testing.T) {
	t.Parallel()
	s, h := newDumpSite(t, "strict_dump", "CREATE TABLE wp_posts (id INT PRIMARY KEY)", "REVOKE ALL ON strict_dump.* FROM OWNER", "GRANT SELECT ON strict_dump.* TO OWNER"), newHost(t)
	code, text, stderr := h.run("dump", s.root)
	if code != 3 || !strings.Contains(text, "-- Dump completed") || strings.Count(stderr, "not in the dump: triggers: ") != 1 || strings.Count(stderr, "\n") != 3 {
		t.Errorf("exit status %d, want 3 and a warning of triggers, events and routines, each once: %s", code, stderr)
	}
	if code, text, stderr = h.run("dump", s.root, "--strict"); code != 1 || strings.Contains(text, "-- Dump completed") || !strings.Contains(stderr, "triggers") {
		t.Errorf("strict: exit status %d, want 1: %s", code, stderr)
	}
	report := h.backup(3, s.root, "--name", "x", "--kind", "db", "--to", t.TempDir())
	if p := report.Sites[0].Privileges; p == nil || p.Total != 3 {
		t.Errorf("what is missing: %+v", p)
	}
	folder := t.TempDir()
	h.backup(1, s.root, "--name", "x", "--kind", "db", "--strict", "--to", folder)
	if finished, unfinished := under(t, folder); len(finished)+len(unfinished) > 0 {
		t.Errorf("left behind: %q %q", finished, unfinished)
	}
}

// largeTables are the statements that create a database that is larger than all buffers between
// the database and a file.
var largeTables = []string{
	"CREATE TABLE wp_a (id INT PRIMARY KEY)", "INSERT INTO wp_a VALUES (1)",
	"CREATE TABLE wp_m (id INT PRIMARY KEY, t LONGTEXT)", "INSERT INTO wp_m SELECT seq, REPEAT(MD5(seq), 3000) FROM seq_1_to_400",
	"CREATE TABLE wp_z (id INT PRIMARY KEY)", "INSERT INTO wp_z VALUES (1), (2)",
}

func TestDumpToFileIsPublishedOnlyWhenComplete(t *testing.T) {
	t.Parallel()
	s, h := newDumpSite(t, "output_dump", largeTables...), newHost(t)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		reached := make(chan struct{})
		stay := make(chan struct{})
		defaults := s.through(interruptAt(t, 8<<20, func(int64) bool { close(reached); <-stay; return false }))
		dir := t.TempDir()
		cmd := h.command("dump", s.root, "-o", filepath.Join(dir, "out.sql"), "--db-defaults-file", defaults)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-reached
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
		close(stay)
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%v left %v (%v)", signal, left, err)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "out.sql")
	if code, _, stderr := h.run("dump", s.root, "-o", file, "--db-defaults-file", s.through(interruptAt(t, 8<<20, func(int64) bool { return false }))); code != 1 {
		t.Errorf("a connection that was cut: exit status %d: %s", code, stderr)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("a failed dump left %v (%v)", left, err)
	}
	if code, _, stderr := h.run("dump", s.root, "-o", file); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v (%v)", info, err)
	}
	scratch, err := lab.CreateDatabase(t.Context(), shared.db(t), "output_back", "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.RestoreDatabase(t.Context(), *scratch, lab.DecryptionKeys{}, file); err != nil {
		t.Fatal(err)
	}
	diffs, err := lab.CompareDatabases(t.Context(), lab.Database{Server: shared.db(t), Name: s.name, User: "root"}, *scratch)
	if err != nil || len(diffs) > 0 {
		t.Errorf("restored: %q (%v)", diffs, err)
	}
}
