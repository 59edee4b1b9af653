package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/status"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// The command writes a token file with mode 0600, and shows no secret.
func TestSignR2Token(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t), t.TempDir()
	parent, token := filepath.Join(dir, "parent"), filepath.Join(dir, "token")
	if err := os.WriteFile(parent, []byte("[default]\naws_access_key_id = parentid\naws_secret_access_key = parentsecret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"policy", "r2-token", "--account", strings.Repeat("0a", 16), "--bucket", "vault", "--prefix", "{kind}/{host}", "--host", "web1", "--parent", parent, "--life", "48h"}
	if err := os.WriteFile(token, []byte("old"), 0o644); err != nil { //nolint:gosec // the mode must change
		t.Fatal(err)
	}
	code, stdout, stderr := h.run(append(args, "-o", token)...)
	text, err := os.ReadFile(token)
	if err != nil {
		t.Fatal(err)
	}
	_, session, _ := strings.Cut(string(text), "aws_session_token = ")
	read, ok := r2.Parse(strings.TrimSpace(session))
	info, err := os.Stat(token)
	if code != 0 || stdout != "" || !ok || err != nil || info.Mode().Perm() != 0o600 || !strings.HasPrefix(string(text), "[default]\naws_access_key_id = parentid\n") {
		t.Fatalf("exit status %d, %v %v\n%s%s%s", code, info.Mode(), err, stdout, stderr, text)
	}
	if want := `"paths":{"objectPaths":[],"prefixPaths":["db/web1/","files/web1/","full/web1/"]}`; !strings.Contains(read.Rights, want) || read.Expires.Sub(read.Issued) != 48*time.Hour {
		t.Errorf("%+v", read)
	}
	if strings.Contains(stderr, "secret") || strings.Contains(stderr, session) || !strings.Contains(stderr, "db/web1/, files/web1/, full/web1/") {
		t.Errorf("the messages: %s", stderr)
	}
	if code, stdout, stderr = h.run(append(args, "-o", "-")...); code != 0 || !strings.Contains(stdout, "aws_session_token = ") || strings.Contains(stderr, "aws_") {
		t.Errorf("exit status %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr = h.run(append(args, "-o", token, "--life", "169h")...); code != 2 || !strings.Contains(stderr, "168h") {
		t.Errorf("exit status %d: %s", code, stderr)
	}
	if err := os.Chmod(parent, 0o644); err != nil { //nolint:gosec // it must be refused
		t.Fatal(err)
	}
	if code, _, stderr = h.run(append(args, "-o", token)...); code == 0 || !strings.Contains(stderr, "parent") {
		t.Errorf("a parent that everybody can read: exit status %d: %s", code, stderr)
	}
}

// What doctor has proven is valid for a renewed token with the same rights, and for no other
// token of the same parent. doctor, backup and status warn before a token expires.
func TestR2TokenFromDoctorToStatus(t *testing.T) {
	t.Parallel()
	h, s, bucket := newHost(t), shared.site(t), "r2-host"
	if err := shared.minio(t).Bucket(t.Context(), bucket, false); err != nil {
		t.Fatal(err)
	}
	store := sinktest.NewR2(t, shared.minio(t).Root())
	store.Lock()
	file := filepath.Join(t.TempDir(), "token")
	replace := func(life time.Duration, change func(*r2.Claims)) {
		t.Helper()
		if err := os.WriteFile(file, store.Sign(t, bucket, "host", life, change).File(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sink := "s3://" + bucket + "/host?region=auto&endpoint=" + url.QueryEscape(store.URL) + "&credentials_file=" + file
	backup := []string{s.Root, "--name", "r2", "--kind", "db", "--require-one-way", "--to", sink}

	replace(6*24*time.Hour, nil)
	if r := h.doctor(0, s.Root, "--name", "r2", "--kind", "db", "--to", sink); !r.Sinks[0].OneWay {
		t.Fatalf("%+v", r.Sinks[0])
	}
	h.backup(0, backup...)
	if b := onlyBackup(t, h); b.Level != status.OK || b.Credential == nil {
		t.Errorf("%+v", b)
	}
	replace(3*time.Hour, func(c *r2.Claims) { c.Issued -= 6 * 24 * 3600 })
	if r := h.backup(0, backup...); r.Sites[0].Destinations[0].Credential == nil {
		t.Errorf("%+v", r.Sites[0].Destinations[0])
	}
	if b := onlyBackup(t, h); b.Level != status.Warning || !strings.Contains(b.Reason, "credential expires in 2h") {
		t.Errorf("%+v", b)
	}
	replace(6*24*time.Hour, func(c *r2.Claims) { c.Actions = append(c.Actions, "GetObject") })
	report := h.backup(1, backup...)
	if e := report.Sites[0].Destinations[0].Error; e == nil || !strings.Contains(e.Message, "only with another credential") {
		t.Errorf("a token of the same parent with more rights: %+v", report.Sites[0])
	}
	replace(6*24*time.Hour, nil)
	store.SetClock(func() time.Time { return time.Now().Add(7 * 24 * time.Hour) })
	report = h.backup(1, backup...)
	if e := report.Sites[0].Destinations[0].Error; e == nil || !strings.Contains(e.Message, "has expired") || !strings.Contains(e.Message, "r2-token") {
		t.Errorf("an expired token: %+v", report.Sites[0].Destinations[0])
	}
}

func onlyBackup(t *testing.T, h *host) status.Backup {
	t.Helper()
	var r status.Report
	if err := json.Unmarshal([]byte(mustRun(h, "status", "--json", "r2")), &r); err != nil || len(r.Backups) != 1 {
		t.Fatalf("%v: %+v", err, r)
	}
	return r.Backups[0]
}
