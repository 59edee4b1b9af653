package main

import (
	"context"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// gcsBucket starts a fake of Google Cloud Storage, and returns the URL of a sink in it. The fake
// checks no permissions. Until reading is set, it denies requests to list and read, as for a
// host's service account.
func gcsBucket(t *testing.T, reading *atomic.Bool) (url string) {
	t.Helper()
	var gcs atomic.Pointer[sinktest.GCS]
	gcs.Store(sinktest.NewGCS(t, "vault", func(w http.ResponseWriter, r *http.Request, _ []byte) {
		if r.Method == http.MethodGet && !reading.Load() {
			gcs.Load().Refuse(w, http.StatusForbidden, "storage.objects.get denied")
			return
		}
		gcs.Load().Fake.HTTPHandler().ServeHTTP(w, r)
	}))
	return "gs://vault/host?endpoint=" + gcs.Load().URL + "&credentials_file=" + gcs.Load().Credentials
}

// A real site is backed up into a fake of Google Cloud Storage, listed, verified, read with get
// and restored. Files are restored byte for byte, and tables with the same checksums.
func TestRoundTripThroughGCS(t *testing.T) {
	t.Parallel()
	s, h := shared.site(t), newHost(t)
	var reading atomic.Bool
	url := gcsBucket(t, &reading)
	h.backup(0, s.Root, "--name", "shop", "--to", url)
	chosen := []string{"--from", url, "--latest", "--site", "shop"}
	for _, command := range [][]string{{"list"}, {"verify"}, {"get", "wp-config.php"}, {"restore", "--only", "files", "--to", filepath.Join(t.TempDir(), "x")}} {
		code, _, stderr := h.run(append(command, chosen...)...)
		if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "reading credential") {
			t.Errorf("%s with a credential that may not read: exit status %d, %s", command, code, stderr)
		}
	}
	reading.Store(true)

	if code, stdout, stderr := h.run(append([]string{"list"}, chosen...)...); code != 0 || !strings.Contains(stdout, " full ") || !strings.Contains(stdout, " complete ") {
		t.Errorf("list: exit status %d, %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := h.run(append([]string{"verify"}, chosen...)...); code != 0 || !strings.Contains(stdout, "ok       opened") {
		t.Errorf("verify: exit status %d, %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := h.run(append([]string{"verify", "--quick"}, chosen...)...); code != 0 || !strings.Contains(stdout, "ok       quick") {
		t.Errorf("verify --quick: exit status %d, %s%s", code, stdout, stderr)
	}
	config, err := os.ReadFile(s.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := h.run(append([]string{"get", path.Base(s.ConfigFile)}, chosen...)...); code != 0 || stdout != string(config) {
		t.Errorf("get: exit status %d, %.200s%s", code, stdout, stderr)
	}
	d, err := lab.CreateDatabase(t.Context(), s.Database.Server, "from_gcs", "restored-pw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Server.Exec(context.Background(), "DROP DATABASE "+d.Name, "DROP USER "+d.User+"@localhost")
	})
	target := filepath.Join(restoredRoot(t, s), "public")
	restore := append([]string{"restore", "--to", target, "--db-defaults-file", optionFile(t, d), "--database", d.Name, "--definer", "current"}, chosen...)
	if code, _, stderr := h.run(restore...); code != 0 {
		t.Fatalf("restore: exit status %d, %s", code, stderr)
	}
	compareSite(t, s, target)
	compareDatabase(t, s, d)
}
