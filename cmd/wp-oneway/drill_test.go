package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/restore/drill"
)

// drillSite creates a network with a plugin, a theme and a sub-site.
func drillSite(t *testing.T, name string, more ...string) *dumpSite {
	t.Helper()
	statements := []string{
		"CREATE TABLE wp_blogs (blog_id BIGINT PRIMARY KEY, deleted INT NOT NULL DEFAULT 0)", "INSERT INTO wp_blogs (blog_id) VALUES (1),(2)",
		"CREATE TABLE wp_sitemeta (meta_key VARCHAR(255), meta_value LONGTEXT)",
		`INSERT INTO wp_sitemeta VALUES ('active_sitewide_plugins', 'a:1:{s:13:"net/every.php";i:1700000000;}')`,
		"CREATE TABLE wp_kept (id INT PRIMARY KEY) WITH SYSTEM VERSIONING", "INSERT INTO wp_kept VALUES (1),(2)", "DELETE FROM wp_kept WHERE id=1",
		"CREATE EVENT never ON SCHEDULE EVERY 1 SECOND DO INSERT INTO wp_kept VALUES (FLOOR(RAND()*1000000))",
	}
	for _, prefix := range []string{"wp_", "wp_2_"} {
		statements = append(statements, "CREATE TABLE "+prefix+"options (option_id INT AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191), option_value LONGTEXT)",
			`INSERT INTO `+prefix+`options (option_name, option_value) VALUES ('siteurl', 'https://drill.example'), ('home', 'https://drill.example'),
			('active_plugins', 'a:1:{i:0;s:13:"shop/shop.php";}'), ('template', 'parent'), ('stylesheet', 'child')`)
		for _, table := range []string{"posts", "postmeta", "terms", "comments"} {
			statements = append(statements, "CREATE TABLE "+prefix+table+" (id INT PRIMARY KEY)", "INSERT INTO "+prefix+table+" VALUES (1),(2),(3)")
		}
	}
	statements = append(statements, "CREATE VIEW wp_seen AS SELECT option_name FROM wp_options")
	s := newDumpSite(t, name, append(statements, more...)...)
	contents := filepath.Join(s.root, "wp-content")
	for _, file := range []string{"plugins/shop/shop.php", "plugins/net/every.php", "themes/parent/style.css", "themes/child/style.css"} {
		write(t, mustMkdir(t, filepath.Join(contents, file)), strings.NewReader("/* "+file+" */"))
	}
	configuration := filepath.Join(s.root, "wp-config.php")
	text := strings.Replace(readText(t, configuration), "<?php", "<?php define('MULTISITE', true);", 1)
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func mustMkdir(t *testing.T, file string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// drilled runs drill --json, and returns its only report.
func (h *host) drilled(want int, args ...string) savedReport {
	h.t.Helper()
	code, stdout, stderr := h.run(append([]string{"drill", "--json"}, args...)...)
	var document struct{ Drills []savedReport }
	if err := json.Unmarshal([]byte(stdout), &document); err != nil || code != want || len(document.Drills) != 1 {
		h.t.Fatalf("exit status %d, %v\n%s%s", code, err, stdout, stderr)
	}
	matches(h.t, "drill", stdout)
	return document.Drills[0]
}

// results returns the results of the checks, by their names.
func results(r savedReport) map[string]drill.Result {
	all := map[string]drill.Result{}
	for _, c := range r.Checks {
		all[c.Name] = c.Result
	}
	return all
}

// TestDrill restores a network into a private server, and checks that the drill leaves nothing.
func TestDrill(t *testing.T) {
	t.Parallel()
	s, h, to := drillSite(t, "drilled"), newHost(t), t.TempDir()
	h.backup(0, s.root, "--name", "drilled", "--to", to)
	reports := filepath.Join(t.TempDir(), "drills")
	scratch := openScratch(t)
	if err := os.MkdirAll(filepath.Join(scratch, "wp-oneway-drill-killed", "site"), 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"--from", to, "--site", "drilled", "--scratch", scratch, "--reports", reports}
	report := h.drilled(0, args...)
	if !report.Passed || len(report.Checks) != 7 || !strings.Contains(report.Server, "private") || len(report.Remaining) > 0 {
		t.Errorf("%+v", report)
	}
	for name, result := range results(report) {
		if result != drill.Passed {
			t.Errorf("%s: %s", name, result)
		}
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left in the scratch folder: %v, %v", left, err)
	}
	text := readText(t, report.Saved)
	sum := sha256.Sum256([]byte(text))
	if report.SHA256 != hex.EncodeToString(sum[:]) || readText(t, report.Saved+".sha256") != report.SHA256+"  "+filepath.Base(report.Saved)+"\n" {
		t.Errorf("the SHA-256 of the report is not %s", report.SHA256)
	}
	page := readText(t, strings.TrimSuffix(report.Saved, ".json")+".html")
	if !strings.Contains(page, report.SHA256) || !strings.Contains(page, "drilled-full-") || strings.Contains(page, "<script") || strings.Contains(page, "src=") {
		t.Errorf("%s", page)
	}
}

// TestDrillFindsWhatIsMissing drills on a given server, on which a killed drill left a database.
func TestDrillFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	s, h, to := drillSite(t, "drilledbad",
		"UPDATE wp_options SET option_value='' WHERE option_name='home'", "DROP TABLE wp_2_posts", "UPDATE wp_options SET option_value='lost' WHERE option_name='stylesheet'",
		`UPDATE wp_options SET option_value='a:2:{i:0;s:13:"shop/shop.php";i:1;s:24:"../../../../../etc/passwd";}' WHERE option_name='active_plugins'`), newHost(t), t.TempDir()
	h.backup(0, s.root, "--name", "bad", "--to", to)
	const left = "wp_oneway_drill_killedkilled"
	if err := shared.db(t).Exec(t.Context(), "CREATE DATABASE "+left); err != nil {
		t.Fatal(err)
	}
	options := filepath.Join(t.TempDir(), "server.cnf")
	write(t, options, strings.NewReader(fmt.Sprintf("[client]\nuser=root\nsocket=%s\n", shared.db(t).Socket)))
	if err := os.Chmod(options, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--from", to, "--all", "--db-defaults-file", options, "--reports", t.TempDir()}
	report := h.drilled(1, args...)
	want := map[string]drill.Result{
		"Restored": drill.Passed, "Rows of each table": drill.Passed, "Files": drill.Passed, "Address of the site": drill.Failed,
		"Active plugins": drill.Failed, "Active themes": drill.Failed, "Tables of each sub-site": drill.Failed,
	}
	if got := results(report); fmt.Sprint(got) != fmt.Sprint(want) || report.Passed {
		t.Errorf("%v\n%+v", got, report.Checks)
	}
	code, stdout, _ := h.run(append([]string{"drill"}, args...)...)
	if code != 1 || !strings.Contains(stdout, "FAILED") || !strings.Contains(stdout, "the option home is missing or empty") || !strings.Contains(stdout, "style.css of the theme lost is missing") {
		t.Errorf("exit status %d, %s", code, stdout)
	}
	var names []string
	db, err := s.db.Query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'wp\\_oneway\\_drill%' UNION SELECT User FROM mysql.user WHERE User LIKE 'wp\\_oneway\\_drill%'")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for db.Next() {
		var name string
		if err := db.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := db.Err(); err != nil || len(names) > 0 {
		t.Errorf("left on the server: %q, %v", names, err)
	}
}

func TestDrillUsage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.refused("give --site NAME or --all", "drill", "--from", t.TempDir())
	h.refused("give --site NAME or --all", "drill", "--from", t.TempDir(), "--all", "--site", "x")
	h.refused("no argument", "drill", "--from", t.TempDir(), "x")
}

// TestDrillInterrupted: a killed drill leaves no server. The next drill, which a signal ends,
// leaves nothing at all.
func TestDrillInterrupted(t *testing.T) {
	t.Parallel()
	s, h, to := drillSite(t, "drilledint"), newHost(t), t.TempDir()
	h.backup(0, s.root, "--name", "interrupted", "--kind", "db", "--to", to)
	scratch := openScratch(t)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		cmd := h.command("drill", "--from", to, "--all", "--scratch", scratch, "--reports", t.TempDir())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var pid int
		for pid == 0 {
			if cmd.Process.Signal(syscall.Signal(0)) != nil || t.Context().Err() != nil {
				t.Fatal("the drill ended before its server ran")
			}
			files, err := filepath.Glob(filepath.Join(scratch, "wp-oneway-drill-*", "server", "pid"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if text, err := os.ReadFile(file); err == nil {
					if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && syscall.Kill(n, 0) == nil {
						pid = n
					}
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: the drill succeeded", signal)
		}
		for tries := 0; syscall.Kill(pid, 0) == nil; tries++ {
			if tries == 2000 {
				t.Fatalf("%s: the server still runs", signal)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left in the scratch folder: %v, %v", left, err)
	}
}

// openScratch returns a folder that the account of a private server can enter.
func openScratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(shared.dir, "scratch") //nolint:usetesting // t.TempDir is closed to other accounts
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
