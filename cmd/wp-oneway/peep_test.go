package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// peepEnv makes the test's binary a process that looks into others.
const peepEnv = "WP_ONEWAY_TEST_PEEP"

// peep tries to look into every process that runs target and is not its own, and
// says to out which it could. It ends with its input.
func peep(target string, in io.Reader, out io.Writer) {
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, in)
		over.Store(true)
	}()
	fmt.Fprintln(out, "ready")
	for !over.Load() {
		entries, err := os.ReadDir("/proc")
		if err != nil {
			fmt.Fprintln(out, err)
			return
		}
		for _, e := range entries {
			proc := filepath.Join("/proc", e.Name())
			exe, err := os.Readlink(proc + "/exe")
			if err != nil || exe != target {
				continue
			}
			// What the kernel lets it do here, it lets it do by ptrace.
			if f, err := os.Open(proc + "/mem"); err == nil {
				_ = f.Close()
				fmt.Fprintln(out, "looked into", proc)
			}
		}
	}
}

// The tenant, whose process the worker is, cannot look into it at any moment of
// its life: the request it is sent may hold the operator's account of the database.
func TestTheTenantCannotLookIntoTheWorker(t *testing.T) {
	home, _ := tenants(t)
	root := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	peeper := filepath.Join(shared.dir, "peeper")
	if err := os.WriteFile(peeper, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peeper)
	cmd.Env = []string{peepEnv + "=" + shared.binary}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice, Gid: 65534}} // nogroup, as a worker whose user no file knows
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the peeping process said %q", lines.Text())
	}
	for range 5 {
		newHost(t).backup(0, root, "--name", "alice", "--kind", "files", "--to", t.TempDir())
	}
	if err := stop.Close(); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for lines.Scan() {
		seen = append(seen, lines.Text())
	}
	if err := cmd.Wait(); err != nil || lines.Err() != nil {
		t.Fatal(err, lines.Err())
	}
	if len(seen) > 0 {
		t.Errorf("the tenant %s, and %d times more", strings.TrimSpace(seen[0]), len(seen)-1)
	}
}
