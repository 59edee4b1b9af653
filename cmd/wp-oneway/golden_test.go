package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// golden holds backups in released formats: one folder for each version of the manifest, with one
// site for each chain of filters.
const golden = "../../testdata/golden"

// TestGolden verifies and restores every stored backup. With UPDATE_GOLDEN=1, it first writes the
// backups of the current version; see testdata/golden/README.md.
func TestGolden(t *testing.T) {
	t.Parallel()
	current := fmt.Sprintf("v%d", manifest.Version)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		writeGolden(t, filepath.Join(golden, current))
	}
	folders, err := filepath.Glob(filepath.Join(golden, "v*"))
	if err != nil || len(folders) != manifest.Version {
		t.Fatalf("there must be backups of each version up to %s: %q, %v", current, folders, err)
	}
	for _, folder := range folders {
		readGolden(t, folder)
	}
}

// goldenChains returns the filters, by the names of the sites.
func goldenChains(keys string) map[string][]string {
	chains := map[string][]string{}
	for _, compression := range []string{"none", "gzip", "zstd"} {
		for seal, flags := range map[string][]string{
			"none":       nil,
			"age":        {"--recipients-file", filepath.Join(keys, "age.pub")},
			"gpg":        {"--recipients-file", filepath.Join(keys, "gpg.pub")},
			"passphrase": {"--passphrase-file", filepath.Join(keys, "passphrase")},
		} {
			chains[compression+"-"+seal] = append([]string{"--compression", compression}, flags...)
		}
	}
	return chains
}

// readGolden verifies and restores the backups of one version. It uses copies of their keys that
// nobody else can read.
func readGolden(t *testing.T, folder string) {
	t.Helper()
	h, keys := newHost(t), t.TempDir()
	for _, name := range []string{"age.key", "gpg.key", "passphrase"} {
		text, err := os.ReadFile(filepath.Join(folder, "keys", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(keys, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	reading := []string{
		"--from", filepath.Join(folder, "backups"), "--identity", filepath.Join(keys, "age.key"), "--identity", filepath.Join(keys, "gpg.key"),
		"--passphrase-file", filepath.Join(keys, "passphrase"),
	}
	code, stdout, stderr := h.run(append([]string{"verify", "--all", "--json"}, reading...)...)
	var document struct{ Runs []verifiedRun }
	if err := json.Unmarshal([]byte(stdout), &document); err != nil || code != 0 || len(document.Runs) != len(goldenChains("")) {
		t.Errorf("verify %s: exit status %d, %d runs, %v\n%s%s", folder, code, len(document.Runs), err, stdout, stderr)
	}
	for site := range goldenChains("") {
		chosen := append([]string{"--latest", "--site", site}, reading...)
		to := filepath.Join(t.TempDir(), "restored")
		name := "golden_" + strings.ReplaceAll(site, "-", "_")
		if code, _, stderr := h.run(append([]string{"restore", "--to", to, "--definer", "current", "--db-defaults-file", emptyDatabase(t, name)}, chosen...)...); code != 0 {
			t.Errorf("restore %s of %s: exit status %d, %s", site, folder, code, stderr)
			continue
		}
		if got, want := goldenRows(t, name), readText(t, filepath.Join(folder, "rows.txt")); got != want {
			t.Errorf("%s of %s: restored\n%s\ninstead of\n%s", site, folder, got, want)
		}
		if got, want := listing(t, to), readText(t, filepath.Join(folder, "files.txt")); got != want {
			t.Errorf("%s of %s: restored\n%s\ninstead of\n%s", site, folder, got, want)
		}
		code, stdout, stderr := h.run(append([]string{"get", "--table", "wp_options", "--table", "wp_odd"}, chosen...)...)
		if want := readText(t, filepath.Join(folder, "tables.sql")); code != 0 || stdout != want {
			t.Errorf("get the tables of %s of %s: exit status %d, %s%s", site, folder, code, stderr, stdout)
		}
	}
}

// goldenRows returns a description of the rows of a restored database, and of its view and
// trigger.
func goldenRows(t *testing.T, database string) string {
	t.Helper()
	db, err := sql.Open("mysql", shared.db(t).DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows := firstColumn(t, db, "SELECT CONCAT_WS(' ',option_id,option_name,HEX(option_value)) FROM wp_options ORDER BY option_id")
	rows = append(rows, firstColumn(t, db, "SELECT CONCAT_WS(' ',COALESCE(HEX(a),'NULL'),HEX(b),c,d,HEX(e)) FROM wp_odd ORDER BY a DESC")...)
	rows = append(rows, firstColumn(t, db, "SELECT COUNT(*) FROM wp_view")...)
	rows = append(rows, firstColumn(t, db, "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE()")...)
	return strings.Join(rows, "\n") + "\n"
}

// listing returns a description of everything in a folder, without times and owners.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == "." {
			return err
		}
		content := "folder"
		switch entry.Type() {
		case fs.ModeSymlink:
			content, err = os.Readlink(path)
		case 0:
			content = sum(t, path)
		}
		lines = append(lines, fmt.Sprintf("%q %s\n", rel, content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

// writeGolden writes the backups of the current version, with new keys.
func writeGolden(t *testing.T, folder string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(folder, "keys")
	if err := os.MkdirAll(keys, 0o755); err != nil {
		t.Fatal(err)
	}
	writeGoldenKeys(t, keys)
	s := newDumpSite(t, "golden",
		"CREATE TABLE wp_options (option_id INT AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191), option_value LONGTEXT) CHARACTER SET utf8mb4",
		`INSERT INTO wp_options (option_name, option_value) VALUES ('siteurl', 'https://golden.example'), ('home', 'https://golden.example'), ('odd', 'a:1:{i:0;s:6:"\0Grü🦊";}')`,
		"CREATE TABLE wp_odd (a BLOB, b VARCHAR(20) CHARACTER SET latin1, c DOUBLE, d DATETIME, e VARCHAR(9) CHARACTER SET utf16)",
		"INSERT INTO wp_odd VALUES (x'00FF270A5C', _latin1 x'E9', -0.1, '2024-02-29 12:00:00', 'ж'), (NULL, NULL, NULL, NULL, NULL)", //nolint:dupword // a row
		"CREATE VIEW wp_view AS SELECT option_name FROM wp_options",
		"CREATE TRIGGER wp_trigger BEFORE INSERT ON wp_options FOR EACH ROW SET NEW.option_value = CONCAT(NEW.option_value, ';')")
	uploads := filepath.Join(s.root, "wp-content", "uploads")
	for name, text := range map[string]string{"grün 🦊.txt": "a name", "bytes\xff": "\x00\xff", "empty": "", strings.Repeat("long", 50): "longer than a header of tar"} {
		if err := os.WriteFile(filepath.Join(uploads, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("own.txt", filepath.Join(uploads, "link")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "chown", "-hR", "--reference", s.root, s.root).CombinedOutput(); err != nil {
		t.Fatalf("chown: %v\n%s", err, out)
	}
	// Nobody else may be able to read the folder of a sink, but others can read a checkout.
	to := filepath.Join(t.TempDir(), "backups")
	for site, flags := range goldenChains(keys) {
		newHost(t).backup(0, append(flags, s.root, "--name", site, "--to", to)...)
	}
	for _, args := range [][]string{{"find", to, "-type", "l", "-delete"}, {"cp", "-r", to, filepath.Join(folder, "backups")}, {"chmod", "-R", "a+rX", folder}} {
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	writeExpected(t, folder, to, s)
}

// writeExpected writes what a restore of the backups must produce. The tables come from a dump;
// other tests compare dumps with their database.
func writeExpected(t *testing.T, folder, backups string, s *dumpSite) {
	t.Helper()
	copied := t.TempDir() // the files without the core
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", filepath.Join(s.root, "wp-config.php"), filepath.Join(s.root, "wp-content"), copied).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	code, tables, stderr := newHost(t).run("get", "--from", backups, "--latest", "--site", "none-none", "--table", "wp_options", "--table", "wp_odd")
	if code != 0 {
		t.Fatal(stderr)
	}
	for name, text := range map[string]string{"files.txt": listing(t, copied), "tables.sql": tables, "rows.txt": goldenRows(t, s.name)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil { //nolint:gosec // it is part of the repository
			t.Fatal(err)
		}
	}
}

// writeGoldenKeys writes an age key, an OpenPGP key, and a passphrase.
func writeGoldenKeys(t *testing.T, keys string) {
	t.Helper()
	scratch := t.TempDir()
	byHandTool(t, scratch, "age-keygen", "-o", filepath.Join(keys, "age.key"))
	public := sealWithOpenPGP(t, scratch)[1]
	for name, text := range map[string]string{
		"age.pub":    byHandTool(t, scratch, "age-keygen", "-y", filepath.Join(keys, "age.key")),
		"gpg.pub":    readText(t, public),
		"gpg.key":    byHandTool(t, scratch, "gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--armor", "--export-secret-keys"),
		"passphrase": "only for tests\n",
	} {
		if err := os.WriteFile(filepath.Join(keys, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
