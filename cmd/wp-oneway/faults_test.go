package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// under lists the finished and the unfinished objects below a folder.
func under(t *testing.T, dir string) (finished, unfinished []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
		case strings.HasSuffix(path, ".tmp"):
			unfinished = append(unfinished, path)
		default:
			finished = append(finished, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return finished, unfinished
}

// until waits for a condition that the test itself causes.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 12000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// endlessUpload creates an upload that is so large that the test can interrupt its transfer.
func endlessUpload(t *testing.T, s *lab.WordPress) {
	t.Helper()
	path := filepath.Join(s.ContentDir, "uploads", "endless.bin")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(path) })
	if err := f.Truncate(1 << 40); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestKilledRunLeavesNoManifestAndNextRunRemovesItsFiles(t *testing.T) {
	s := shared.site(t)
	endlessUpload(t, s)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			h, folder := newHost(t), t.TempDir()
			name := "killed-" + strings.ReplaceAll(signal.String(), " ", "-")
			url := bucket(t, name)
			before, err := shared.minio(t).Uploads()
			if err != nil {
				t.Fatal(err)
			}
			cmd := h.command("backup", s.Root, "--name", "x", "--compression", "none", "--kind", "files", "--to", folder, "--to", url)
			var output bytes.Buffer
			cmd.Stderr = &output
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the run to be half way", func() bool {
				n, err := shared.minio(t).Uploads()
				_, unfinished := under(t, folder)
				return err == nil && n > before && len(unfinished) > 0
			})
			began := time.Now()
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed
			if signal == syscall.SIGTERM {
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("SIGTERM took %s", took)
				}
				// A part that was in transfer when the server was told to abort disappears a
				// moment later.
				until(t, "the upload to be aborted", func() bool {
					n, err := shared.minio(t).Uploads()
					return err == nil && n == before
				})
				if code := cmd.ProcessState.ExitCode(); code != 1 {
					t.Errorf("exit status %d, want 1\n%s", code, output.String())
				}
			}
			if finished, _ := under(t, folder); len(finished) > 0 {
				t.Errorf("published: %q", finished)
			}
			if published := stored(t, name); len(published) > 0 {
				t.Errorf("published in the bucket: %q", published)
			}
			h.backup(0, s.Root, "--name", "x", "--kind", "files", "--exclude", "endless.bin", "--to", folder)
			if _, unfinished := under(t, folder); len(unfinished) > 0 {
				t.Errorf("the next run left %q of the dead one", unfinished)
			}
		})
	}
}

func TestOneDestinationFailsAlone(t *testing.T) {
	s, folder := shared.site(t), t.TempDir()
	url := strings.Replace(bucket(t, "gone"), "s3://gone/", "s3://never-was/", 1)
	report := newHost(t).backup(1, s.Root, "--name", "x", "--kind", "db", "--to", url, "--to", folder)
	got := report.Sites[0].Destinations
	if got[0].Status != manifest.Failed || got[0].Error == nil || !strings.Contains(got[0].Error.Message, "never-was") || got[1].Status != manifest.OK {
		t.Errorf("the destinations: %+v", got)
	}
	one(t, filepath.Join(folder, "x", "db-backups"), "*Z-*.manifest.json")
}

func TestStalledDestinationFails(t *testing.T) {
	s, folder := shared.site(t), t.TempDir()
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	go func() { // the server accepts connections and never answers
		for {
			if _, err := hole.Accept(); err != nil {
				return
			}
		}
	}()
	credentials := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(credentials, []byte("[default]\naws_access_key_id=a\naws_secret_access_key=b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	h.env = []string{"WP_ONEWAY_LIMITS_STALL=2s"}
	url := fmt.Sprintf("s3://hole/x?region=us-east-1&endpoint=http://%s&credentials_file=%s", hole.Addr(), credentials)
	report := h.backup(1, s.Root, "--name", "x", "--kind", "db", "--to", url, "--to", folder)
	got := report.Sites[0].Destinations
	if got[0].Status != manifest.Failed || !strings.Contains(got[0].Error.Message, "stall") || got[1].Status != manifest.OK {
		t.Errorf("the destinations: %+v %+v", got[0], got[1])
	}
}

func TestUnreadableFilesAreNamedAndTheRestIsPublished(t *testing.T) {
	s, folder := shared.site(t), t.TempDir()
	uploads := filepath.Join(s.ContentDir, "uploads")
	secret := filepath.Join(uploads, "secret.jpg")
	if err := os.WriteFile(secret, []byte("x"), 0o000); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(secret) })
	fifo := filepath.Join(uploads, "pipe")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(fifo) })
	report := newHost(t).backup(3, s.Root, "--name", "x", "--kind", "files", "--to", folder)
	got := report.Sites[0]
	if got.Status != manifest.Incomplete || got.Unreadable.Total != 1 || !strings.Contains(got.Unreadable.Items[0], "secret.jpg") {
		t.Errorf("unreadable: %+v", got.Unreadable)
	}
	if !strings.Contains(strings.Join(got.Warnings.Items, "\n"), "uploads/pipe") {
		t.Errorf("no warning of the FIFO: %+v", got.Warnings)
	}
	m := readManifest(t, one(t, filepath.Join(folder, "x", "files-backups"), "*Z-*.manifest.json"))
	if m.Complete || m.Counts.Unreadable != 1 {
		t.Errorf("the manifest calls itself complete: %+v", m.Counts)
	}
}

func TestTwoRunsOfOneSiteNeverOverlap(t *testing.T) {
	s, h, folder := shared.site(t), newHost(t), t.TempDir()
	endlessUpload(t, s)
	first := h.command("backup", s.Root, "--name", "x", "--kind", "files", "--compression", "none", "--to", folder)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = first.Process.Kill()
		_ = first.Wait() // killed
	}()
	until(t, "the first run", func() bool {
		_, unfinished := under(t, folder)
		return len(unfinished) > 0
	})
	report := h.backup(75, s.Root, "--name", "x", "--kind", "db", "--to", folder)
	if report.Status != manifest.Locked {
		t.Errorf("status %s", report.Status)
	}
}

func TestTheReportKeepsItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, h := shared.site(t), newHost(t)
	for name, args := range map[string][]string{
		"ok":      {s.Root, "--name", "x", "--to", t.TempDir()},
		"planned": {s.Root, "--name", "x", "--dry-run", "--to", t.TempDir()},
		"refused": {s.Root, "--name", "-", "--to", t.TempDir()},
		"failed":  {t.TempDir(), "--name", "y", "--to", t.TempDir()},
	} {
		_, stdout, stderr := h.run(append([]string{"backup", "--json"}, args...)...)
		var report any
		if err := json.Unmarshal([]byte(stdout), &report); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, stderr)
		}
		if err := schema.Validate(report); err != nil {
			t.Errorf("%s: %v\n%s", name, err, stdout)
		}
	}
}

func TestLostDatabaseLeavesNoManifest(t *testing.T) {
	t.Parallel()
	db, err := lab.StartMariaDB(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Kill)
	s, err := lab.InstallWordPress(t.Context(), filepath.Join(t.TempDir(), "site"), lab.WordPressOptions{Server: db})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := sql.Open("mysql", db.DSN("wordpress"))
	must(t, err)
	_, err = rows.ExecContext(t.Context(), "CREATE TABLE wp_filler (id INT PRIMARY KEY, t LONGTEXT)")
	must(t, err)
	_, err = rows.ExecContext(t.Context(), "INSERT INTO wp_filler SELECT seq, REPEAT('x', 100000) FROM seq_1_to_1000") // 100 MB
	must(t, errors.Join(err, rows.Close()))
	h, folder := newHost(t), t.TempDir()
	cmd := h.command("backup", s.Root, "--name", "x", "--kind", "db", "--compression", "none", "--to", folder)
	var output bytes.Buffer
	cmd.Stderr = &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the dump to be half way", func() bool {
		_, unfinished := under(t, folder)
		return len(unfinished) > 0
	})
	db.Kill()
	_ = cmd.Wait() // its exit status is checked later
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit status %d, want 1: %s", code, output.String())
	}
	if finished, unfinished := under(t, folder); len(finished)+len(unfinished) > 0 {
		t.Errorf("left behind: %q %q", finished, unfinished)
	}
}

// A second signal ends the run at once. The run then does not wait for answers of the store.
func TestSecondSignalEndsRunAtOnce(t *testing.T) {
	s := shared.site(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	var asked atomic.Bool
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			_, _ = c.Read(make([]byte, 1)) // the request has arrived, and stays unanswered
			asked.Store(true)
		}
	}()
	endlessUpload(t, s)
	h := newHost(t)
	credentials := filepath.Join(t.TempDir(), "credentials")
	write(t, credentials, strings.NewReader("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"))
	if err := os.Chmod(credentials, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := h.command("backup", s.Root, "--name", "x", "--compression", "none", "--kind", "files",
		"--to", "s3://silent/?region=us-east-1&credentials_file="+credentials+"&endpoint=http://"+silent.Addr().String())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the first request", asked.Load)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it was killed
	}()
	until(t, "the run to end", func() bool {
		_ = cmd.Process.Signal(syscall.SIGTERM) // the process may have ended
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	if by := cmd.ProcessState.Sys().(syscall.WaitStatus); !by.Signaled() || by.Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %s, want the second signal", cmd.ProcessState)
	}
}
