package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/restore/drill"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// frontPage returns the check of the front page.
func frontPage(t *testing.T, r savedReport) drill.Check {
	t.Helper()
	for _, c := range r.Checks {
		if c.Name == "Front page" {
			return c
		}
	}
	t.Fatalf("no check of the front page: %+v", r.Checks)
	return drill.Check{}
}

// TestDrillServes makes the real WordPress serve its pages, from a backup without the core.
func TestDrillServes(t *testing.T) {
	t.Parallel()
	site, h, to := shared.site(t), newHost(t), t.TempDir()
	h.backup(0, site.Root, "--name", "served", "--no-uploads", "--to", to)
	core, err := lab.WordPressCore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	scratch := openScratch(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, scratch) // PHP and its server have other working directories
	if err != nil {
		t.Fatal(err)
	}
	report := h.drilled(0, "--from", to, "--site", "served", "--scratch", relative, "--reports", t.TempDir(), "--serve", "--core", core)
	check := frontPage(t, report)
	if !report.Passed || check.Result != drill.Passed || !strings.HasPrefix(check.Found, "http://site.lab.example/ answers 200, ") || !strings.Contains(check.Found, `The Lab's \"Site\" 🧪`) {
		t.Errorf("%+v", check)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left in the scratch folder: %v, %v", left, err)
	}
}

// attacksOnServer is a plugin that tries what the database server must deny, and then fails.
const attacksOnServer = `<?php
$done = array();
foreach ( array( 'root', 'mysql', 'mariadb.sys', '' ) as $user ) {
	try { if ( mysqli_connect( 'localhost', $user, '', '', 0, '/db/s' ) ) { $done[] = "be $user"; } } catch ( Throwable $e ) {}
}
$db = mysqli_connect( 'localhost', DB_USER, DB_PASSWORD, DB_NAME, 0, '/db/s' );
foreach ( array( "SELECT * FROM mysql.user", "SELECT 1 INTO OUTFILE '/tmp/x'", "SET GLOBAL general_log=1", "SET GLOBAL event_scheduler=ON", "CREATE DATABASE other",
	"SELECT 1 FROM DUAL WHERE LOAD_FILE('/etc/passwd') IS NOT NULL LIMIT 1 OFFSET 0 FOR UPDATE NOWAIT", "CREATE USER x", "INSTALL SONAME 'ha_federatedx'", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE wp_options" ) as $sql ) {
	try { $result = mysqli_query( $db, $sql ); if ( true === $result || $result && mysqli_num_rows( $result ) ) { $done[] = $sql; } } catch ( Throwable $e ) {}
}
error_log( 'succeeded: ' . implode( ', ', $done ) . "\x1b[31m." );
no_such_function();
`

// TestDrillServesABrokenSite: the report contains the plugin's error, and the plugin's attacks
// fail.
func TestDrillServesABrokenSite(t *testing.T) {
	t.Parallel()
	site, h, to := shared.site(t), newHost(t), t.TempDir()
	root := filepath.Join(openScratch(t), "broken")
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", site.Root, root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	write(t, mustMkdir(t, filepath.Join(root, "wp-content/mu-plugins/broken.php")), strings.NewReader(attacksOnServer))
	write(t, filepath.Join(root, "wp-content/object-cache.php"), strings.NewReader("<?php exit( 'no Redis' );")) // the drill must not use this drop-in
	h.backup(0, root, "--name", "broken", "--no-uploads", "--with-core", "--to", to)
	report := h.drilled(1, "--from", to, "--all", "--scratch", openScratch(t), "--reports", t.TempDir(), "--serve")
	check := frontPage(t, report)
	text := strings.Join(check.Problems, "\n")
	if report.Passed || check.Result != drill.Failed || !strings.Contains(text, "http://site.lab.example/ answers 500 Internal Server Error") ||
		!strings.Contains(text, "Call to undefined function no_such_function()") || !strings.Contains(text, "log of PHP: succeeded: ") || strings.ContainsRune(text, '\x1b') {
		t.Errorf("%q", check)
	}
	for _, problem := range check.Problems {
		if strings.Contains(problem, "succeeded: ") && !strings.HasSuffix(problem, `succeeded: \u001b[31m.`) {
			t.Errorf("%q", problem)
		}
	}
}

func TestDrillServeUsage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.refused("give --serve too", "drill", "--from", t.TempDir(), "--all", "--core", "x")
	h.refused("exclude each other", "drill", "--from", t.TempDir(), "--all", "--serve", "--db-defaults-file", "x")
}
