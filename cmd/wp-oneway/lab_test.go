package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// The tests of this package run the binary, which is built once. The first test that needs a
// server or the site starts it, below a folder that every account can enter.
var shared struct {
	dir    string
	binary string
	db     func(t *testing.T) *lab.Server
	minio  func(t *testing.T) *lab.MinIO
	site   func(t *testing.T) *lab.WordPress
}

func TestMain(m *testing.M) {
	if target := os.Getenv(inspectorEnv); target != "" {
		inspectProcesses(target, os.Stdin, os.Stdout)
		return
	}
	code, err := testMain(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func testMain(m *testing.M) (code int, err error) {
	if shared.dir, err = os.MkdirTemp("", "wp-oneway-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(shared.dir)
	if err := os.Chmod(shared.dir, 0o711); err != nil {
		return 1, err
	}
	if shared.binary, err = build("wp-oneway"); err != nil {
		return 1, err
	}
	ctx := context.Background()
	var mu sync.Mutex
	var stop []func() error
	atEnd := func(f func() error) {
		mu.Lock()
		defer mu.Unlock()
		stop = append(stop, f)
	}
	defer func() {
		for _, f := range stop {
			err = errors.Join(err, f())
		}
	}()
	database := sync.OnceValues(func() (*lab.Server, error) {
		db, err := lab.StartMariaDB(ctx, filepath.Join(shared.dir, "db"))
		if err == nil {
			atEnd(db.Stop)
		}
		return db, err
	})
	shared.db = orFail(database)
	shared.minio = orFail(sync.OnceValues(func() (*lab.MinIO, error) {
		minio, err := lab.StartMinIO(ctx, filepath.Join(shared.dir, "minio"), lab.MinIOOptions{TLS: true, Region: "us-east-1"})
		if err == nil {
			atEnd(func() error { minio.Stop(); return nil })
		}
		return minio, err
	}))
	shared.site = orFail(sync.OnceValues(func() (*lab.WordPress, error) {
		db, err := database()
		if err != nil {
			return nil, err
		}
		// As root, the site belongs to another user, so that the owner worker is tested.
		o := lab.WordPressOptions{Server: db, OddFiles: true, UploadBytes: 40 << 20, RowBytes: 8 << 20}
		if os.Geteuid() == 0 {
			o.UID, o.GID = 33, 33
		}
		return lab.InstallWordPress(ctx, filepath.Join(shared.dir, "site"), o)
	}))
	return m.Run(), nil
}

// orFail returns a function that fails the test if start fails.
func orFail[T any](start func() (T, error)) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		v, err := start()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// build builds the program into the shared folder as for a release, with additional flags.
func build(name string, flags ...string) (binary string, err error) {
	binary = filepath.Join(shared.dir, name)
	cmd := exec.Command("../../scripts/build", append([]string{binary}, flags...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return binary, nil
}

// A host holds the state and the environment of the agent in one test.
type host struct {
	t      *testing.T
	binary string
	state  string
	env    []string
}

func newHost(t *testing.T) *host {
	t.Helper()
	state := t.TempDir()
	if err := os.Chmod(state, 0o700); err != nil {
		t.Fatal(err)
	}
	return &host{t: t, binary: shared.binary, state: state}
}

// command returns a command that runs the agent with args, in the host's environment.
func (h *host) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(h.t.Context(), h.binary, args...) // a process that outlives a failed test would fill the disk
	cmd.Env = append([]string{"HOME=" + h.state, "STATE_DIRECTORY=" + h.state, "PATH=" + os.Getenv("PATH")}, h.env...)
	return cmd
}

// run runs the agent to its end.
func (h *host) run(args ...string) (code int, stdout, stderr string) {
	h.t.Helper()
	cmd := h.command(args...)
	// If a run hangs, it prints its goroutines.
	hung := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	defer hung.Stop()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	var exit *exec.ExitError
	if e := cmd.Run(); e != nil && !errors.As(e, &exit) {
		h.t.Fatal(e)
	}
	return cmd.ProcessState.ExitCode(), out.String(), err.String()
}

// backup runs backup --json, checks the exit status, and returns the report.
func (h *host) backup(want int, args ...string) manifest.Report {
	h.t.Helper()
	code, stdout, stderr := h.run(append([]string{"backup", "--json"}, args...)...)
	if code != want {
		h.t.Fatalf("exit status %d, want %d\n%s%s", code, want, stderr, stdout)
	}
	var report manifest.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		h.t.Fatalf("the report: %v\n%s\n%s", err, stdout, stderr)
	}
	return report
}

// bucket creates a versioned bucket, and returns the URL with a credential that may only put.
func bucket(t *testing.T, name string) (url string) {
	t.Helper()
	if err := shared.minio(t).Bucket(t.Context(), name, true); err != nil {
		t.Fatal(err)
	}
	credentials, err := shared.minio(t).PutOnlyUser(t.Context(), name, "host/")
	if err != nil {
		t.Fatal(err)
	}
	return shared.minio(t).URL(name, "host", credentials)
}

// stored lists the objects of a bucket, without the prefix.
func stored(t *testing.T, bucket string) (names []string) {
	t.Helper()
	all, err := shared.minio(t).Objects(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		names = append(names, strings.TrimPrefix(o.Key, "host/"))
	}
	return names
}

// fetch downloads all objects of a bucket with root's key, and returns their folder.
func fetch(t *testing.T, bucket string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range stored(t, bucket) {
		r, err := shared.minio(t).Get(t.Context(), bucket, "host/"+name)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		write(t, filepath.Join(dir, filepath.Base(name)), r)
	}
	return dir
}

func write(t *testing.T, path string, r io.Reader) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, r); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// one returns the only file of a folder that matches the pattern.
func one(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s in %s: found %q, want one (%v)", pattern, dir, found, err)
	}
	return found[0]
}
