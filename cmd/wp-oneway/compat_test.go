package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scriptsHome creates the home of a user of the scripts, with a site whose files can be backed
// up, and a sendmail that appends the mails to the file mails.
func scriptsHome(t *testing.T) (h *host, mails string) {
	t.Helper()
	h = newHost(t)
	if err := createSite(filepath.Join(h.state, "sites", "a.example.com", "public"), config("x", "x", "/nowhere")); err != nil {
		t.Fatal(err)
	}
	mails = filepath.Join(h.state, "mails")
	sendmail := filepath.Join(h.state, "sendmail")
	if err := os.WriteFile(sendmail, []byte("#!/bin/sh\nprintf 'to %s\\n' \"$*\" >>"+mails+"\ncat >>"+mails+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.env = []string{"WP_ONEWAY_EMAIL_SENDMAIL=" + sendmail, "WPO_BIN=" + h.binary}
	return h, mails
}

// runScript runs a wrapper, and returns what it printed.
func (h *host) runScript(want int, script string, args ...string) string {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), filepath.Join("..", "..", "scripts", "compat", script), args...)
	cmd.Env = append([]string{"HOME=" + h.state, "STATE_DIRECTORY=" + filepath.Join(h.state, "state"), "PATH=/usr/bin:/bin"}, h.env...)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		h.t.Fatalf("%s %q: exit status %d, want %d\n%s", script, args, code, want, out)
	}
	return string(out)
}

// envrc writes the settings file of the scripts.
func (h *host) envrc(text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.state, ".envrc"), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A wrapper stores local copies, and a copy in the bucket with the credentials of ~/.envrc. The
// copies are sealed with the passphrase of ~/.envrc. It writes its log, and sends mail about
// success if asked to.
func TestAScriptBacksUp(t *testing.T) {
	t.Parallel()
	h, mails := scriptsHome(t)
	if err := shared.minio(t).Bucket(t.Context(), "scripts", true); err != nil {
		t.Fatal(err)
	}
	credentials, err := shared.minio(t).PutOnlyUser(t.Context(), "scripts", "a.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	h.envrc(fmt.Sprintf("# settings\nexport ADMIN_EMAIL=\nexport BACKUP_ADMIN_EMAIL=boss@example.com\npassphrase='hunter2 $x'\nbucket_name=scripts\n"+
		"export AWS_SHARED_CREDENTIALS_FILE=%q AWS_ENDPOINT_URL=%q AWS_CA_BUNDLE=%q AWS_REGION=us-east-1\n", credentials, shared.minio(t).Endpoint, shared.minio(t).CAFile))
	out := h.runScript(0, "files-backup-without-uploads.sh", "a.example.com", "-sk", "1")

	folder := filepath.Join(h.state, "backups", "files-without-uploads", "a.example.com", "files-backups-without-uploads")
	sealed, err := os.ReadFile(filepath.Join(folder, "a.example.com-no_uploads-latest.tar.gz.gpg"))
	if err != nil {
		t.Fatal(err)
	}
	open := exec.CommandContext(t.Context(), "sh", "-c", `gpg --homedir "$1" --batch --pinentry-mode loopback --passphrase 'hunter2 $x' -d | tar -tzf -`, "sh", h.state)
	open.Stdin = bytes.NewReader(sealed)
	if list, err := open.Output(); err != nil || !strings.Contains(string(list), "wp-includes/version.php") || strings.Contains(string(list), "own.txt") {
		t.Errorf("the archive has %q (%v)", list, err)
	}
	if names := stored(t, "scripts"); len(names) != 3 || !strings.HasPrefix(names[0], "a.example.com/files-backups-without-uploads/a.example.com-no_uploads-") {
		t.Errorf("in the bucket are %q", names)
	}
	log := readText(t, filepath.Join(h.state, "log", "files-backup.log"))
	if log != out || !strings.Contains(log, "started at ") || !strings.Contains(log, "with exit status 0\n") {
		t.Errorf("printed %q\nlogged %q", out, log)
	}
	if mail := readText(t, mails); !strings.Contains(mail, "boss@example.com") || strings.Contains(mail+log, "hunter2") {
		t.Errorf("mailed %q\nlogged %q", mail, log)
	}
}

// The two scripts that back up a database store it in their copies. Every folder has the name
// that the script gave it.
func TestScriptsBackUpADatabase(t *testing.T) {
	t.Parallel()
	h, _ := scriptsHome(t)
	s := shared.site(t)
	for script, parts := range map[string][]string{"db-backup.sh": {".sql.gz"}, "full-backup": {".sql.gz", ".tar.gz"}} {
		kind := strings.TrimSuffix(script, ".sh") + "s"
		h.runScript(0, script, "b.example.com", "--path="+s.Root, "-k7")
		for _, part := range parts {
			found, err := filepath.Glob(filepath.Join(h.state, "backups", kind, "b.example.com", kind, "b.example.com-*Z-*"+part))
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: the copies are %q (%v)", script, found, err)
			}
			check := exec.CommandContext(t.Context(), "sh", "-c", `gzip -dc "$1" | grep -aE 'INSERT INTO .wp_options|wp-includes/version.php'`, "sh", found[0])
			if out, err := check.Output(); err != nil || len(out) == 0 {
				t.Errorf("%s: %s lacks the site (%v)", script, found[0], err)
			}
		}
	}
}

// Every failure, of the site or in ~/.envrc, has an exit status and sends a mail. ~/.envrc is not
// executed.
func TestAScriptFailsVisibly(t *testing.T) {
	t.Parallel()
	h, mails := scriptsHome(t)
	h.envrc("export ADMIN_EMAIL=boss@example.com\n")
	h.runScript(1, "db-backup", "a.example.com") // its database does not answer
	h.runScript(1, "full-backup", "gone.example.com", "-e", "me@example.com")
	text := readText(t, mails)
	if strings.Count(text, "To: <boss@example.com>") != 1 || strings.Count(text, "To: <me@example.com>") != 1 {
		t.Errorf("mailed %q", text)
	}
	h.envrc("export OK=1\nexport X=$(touch \"$HOME/executed\")\n")
	if out := h.runScript(2, "db-backup.sh", "a.example.com"); !strings.Contains(out, ".envrc:2: a line that only a shell could evaluate") || strings.Count(out, "\n") != 1 {
		t.Errorf("printed %q", out)
	}
	if _, err := os.Stat(filepath.Join(h.state, "executed")); err == nil {
		t.Error("~/.envrc was executed")
	}
	if text = readText(t, mails); !strings.Contains(text, "To: <root@localhost>") {
		t.Errorf("mailed %q", text)
	}
	h.envrc("")
	h.runScript(2, "db-backup", "a.example.com", "vault", "third")
	if out := h.runScript(2, "db-backup"); !strings.Contains(out, "Usage: db-backup") {
		t.Errorf("printed %q", out)
	}
	if out := h.runScript(0, "full-backup.sh", "-h"); !strings.Contains(out, "Usage: full-backup") {
		t.Errorf("printed %q", out)
	}
	h.runScript(0, "db-backup", "-V")
	if log := readText(t, filepath.Join(h.state, "log", "db-backup.log")); !strings.Contains(log, "with exit status 1") || !strings.Contains(log, ".envrc:2") || !strings.Contains(log, `"third"`) {
		t.Errorf("logged %q", log)
	}
}

// A wrapper finds the binary beside itself or in PATH. If the settings of the scripts name no
// recipient, the recipients of the configuration get the mail. A log that cannot be written does
// not stop the backup.
func TestAScriptUsesTheConfiguration(t *testing.T) {
	t.Parallel()
	h, mails := scriptsHome(t)
	bin := filepath.Join(h.state, "tools")
	script, err := os.ReadFile("../../scripts/compat/files-backup-without-uploads")
	if err := errors.Join(err, os.Mkdir(bin, 0o700), os.WriteFile(filepath.Join(bin, "wrapper"), script, 0o700), os.Symlink(h.binary, filepath.Join(bin, "wp-oneway"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.state, "log"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h.configFile("email: {to: [team@example.com]}\n")
	h.env = append(h.env, "WPO_BIN=")
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "wrapper"), "a.example.com", "-s")
	cmd.Env = append([]string{"HOME=" + h.state, "STATE_DIRECTORY=" + filepath.Join(h.state, "state"), "PATH=/usr/bin:/bin"}, h.env...)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "this is not logged") {
		t.Errorf("%v: %s", err, out)
	}
	if text := readText(t, mails); !strings.Contains(text, "To: <team@example.com>") {
		t.Errorf("mailed %q", text)
	}
	if err := os.Remove(filepath.Join(bin, "wp-oneway")); err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), filepath.Join(bin, "wrapper"), "a.example.com")
	cmd.Env = []string{"HOME=" + h.state, "PATH=/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 127 || !strings.Contains(string(out), "wp-oneway is not found") {
		t.Errorf("without the binary: %v: %s", err, out)
	}
}
