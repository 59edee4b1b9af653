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

// inspectorEnv is the variable that makes the test binary inspect other processes.
const inspectorEnv = "WP_ONEWAY_TEST_INSPECT"

// inspectProcesses tries to read the memory of every process that runs target, and writes to out
// which ones it could read. It stops when its input ends.
func inspectProcesses(target string, in io.Reader, out io.Writer) {
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
			// The kernel allows this if and only if it allows ptrace.
			if f, err := os.Open(proc + "/mem"); err == nil {
				_ = f.Close()
				fmt.Fprintln(out, "looked into", proc)
			}
		}
	}
}

// The tenant, whose uid the worker's process has, can never read its memory, because the request
// may contain the operator's database account.
func TestTenantCannotReadWorkerMemory(t *testing.T) {
	home, _ := tenants(t)
	root := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	inspector := filepath.Join(shared.dir, "inspector")
	if err := os.WriteFile(inspector, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(inspector)
	cmd.Env = []string{inspectorEnv + "=" + shared.binary}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice, Gid: 65534}} // nogroup, as for a worker whose user is not in the user database
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the inspecting process wrote %q", lines.Text())
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
