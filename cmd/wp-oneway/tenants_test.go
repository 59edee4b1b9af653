package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Two tenants of one host. Their uids are not in any user database.
const alice, bob = 2001, 2002

const bobsSecret = "bob's private diary"

// tenantSite creates a small site that belongs to a user, with its configuration.
func tenantSite(t *testing.T, home string, uid int, config string) (root string) {
	t.Helper()
	root = filepath.Join(home, "site")
	if err := createSite(root, config); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", uid, uid), home).CombinedOutput(); err != nil {
		t.Fatalf("chown: %v\n%s", err, out)
	}
	return root
}

// createSite creates a site of a few files.
func createSite(root, config string) error {
	for path, text := range sitetest.Small("", config) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func config(name, user, socket string) string {
	return fmt.Sprintf(`<?php
define('DB_NAME', '%s'); define('DB_USER', '%s'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:%s');
define('UPLOADS', 'wp-content/uploads'); // so that a backup of the files needs no database
$table_prefix = 'wp_';
require_once __DIR__ . '/wp-settings.php';
`, name, user, socket)
}

// tenants creates the homes of both tenants. Bob's home has a secret that only he may read.
func tenants(t *testing.T) (home, secret string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("two tenants need root")
	}
	dir, err := os.MkdirTemp(shared.dir, "home") //nolint:usetesting // t.TempDir is closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	home = filepath.Join(dir, "alice")
	secret = filepath.Join(dir, "bob", "diary.txt")
	for path, uid := range map[string]int{home: alice, filepath.Dir(secret): bob} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(secret, []byte(bobsSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(secret, bob, bob); err != nil {
		t.Fatal(err)
	}
	return home, secret
}

func TestTenantCannotReadAnotherTenantsFiles(t *testing.T) {
	t.Parallel()
	home, secret := tenants(t)
	root := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	rootOnly := filepath.Join(shared.dir, "root-only")
	if err := os.WriteFile(rootOnly, []byte(bobsSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"wp-content/uploads/diary.txt": secret, "wp-content/uploads/bob": filepath.Dir(secret),
		"wp-content/uploads/root.txt": rootOnly, "wp-content/uploads/env": "/proc/self/environ", "wp-content/plugins": filepath.Dir(secret),
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
		if err := os.Lchown(filepath.Join(root, link), alice, alice); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	h := newHost(t)
	code, stdout, stderr := h.run("backup", "--json", root, "--name", "alice", "--kind", "files", "--to", folder)
	if code != 0 && code != 3 {
		t.Fatalf("exit status %d: %s%s", code, stdout, stderr)
	}
	p, err := lab.DecryptionKeys{}.Unpack(one(t, filepath.Join(folder, "alice", "files-backups"), "*Z-*.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := p.Run(t.Context(), nil, &archive); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(archive.Bytes(), []byte(bobsSecret)) {
		t.Error("the archive holds what is not alice's")
	}
	if !bytes.Contains(archive.Bytes(), []byte("my own")) {
		t.Error("the archive lacks what is alice's")
	}
	// The configuration itself may be a symlink, too.
	if err := os.Remove(filepath.Join(root, "wp-config.php")); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{secret, rootOnly} {
		link := filepath.Join(root, "wp-config.php")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := h.run("inspect", "--json", "--show-secrets", root)
		if code != 1 || strings.Contains(stdout+stderr, "diary, which") {
			t.Errorf("a configuration that is a link to %s: exit status %d: %s%s", target, code, stdout, stderr)
		}
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTenantCannotReadAnotherTenantsDatabase(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	db, err := lab.StartMariaDB(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Kill)
	// As in Debian, root of the operating system is root of the database server.
	if err := db.Exec(t.Context(), "CREATE DATABASE bobs", "CREATE TABLE bobs.diary (day TEXT)",
		"INSERT INTO bobs.diary VALUES ('x')", "ALTER USER root@localhost IDENTIFIED VIA unix_socket"); err != nil {
		t.Fatal(err)
	}
	root := tenantSite(t, home, alice, config("bobs", "root", db.Socket))
	folder := t.TempDir()
	report := newHost(t).backup(1, root, "--name", "alice", "--kind", "full", "--to", folder)
	if e := report.Sites[0].Error; e == nil || !strings.Contains(e.Message, "denied") {
		t.Errorf("the error: %+v", e)
	}
	if finished, unfinished := under(t, folder); len(finished)+len(unfinished) > 0 {
		t.Errorf("left behind: %q %q", finished, unfinished)
	}
}

// The operator's account is never sent to a server that the tenant chose, and never used for a
// database that the tenant chose.
func TestTenantCannotGetOperatorsPassword(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	asked := make(chan struct{}, 16)
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			asked <- struct{}{}
			_ = c.Close()
		}
	}()
	mine := strings.Replace(config("bobs", "alice", ""), "localhost:", server.Addr().String(), 1)
	root, h := tenantSite(t, home, alice, mine), newHost(t)
	option := filepath.Join(t.TempDir(), "my.cnf")
	for _, text := range []string{"user=root\npassword=hunter2", "password=hunter2\nport=3306", "password=hunter2\ndatabase=shop", "password=hunter2\nhost=127.0.0.1\nport=1"} {
		if err := os.WriteFile(option, []byte("[client]\n"+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		h.refused("so the site's owner could redirect it; add both", "backup", root, "--name", "alice", "--kind", "db", "--db-defaults-file", option, "--to", t.TempDir())
		code, stdout, stderr := h.run("dump", root, "--db-defaults-file", option)
		if code == 0 || stdout != "" || !strings.Contains(stderr, "so the site's owner could redirect it; add both") {
			t.Errorf("%q: exit status %d, %q", text, code, stderr)
		}
	}
	select {
	case <-asked:
		t.Error("the tenant's server was asked")
	default:
	}
	if err := os.WriteFile(option, []byte("[client]\npassword=hunter2\nhost=127.0.0.1\nport=1\ndatabase=alice\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := h.run("dump", root, "--db-defaults-file", option); code != 1 || !strings.Contains(stderr, "127.0.0.1:1") {
		t.Errorf("a whole file: exit status %d, %q", code, stderr)
	}
}

func TestTheWorkerHoldsNoCredential(t *testing.T) {
	home, _ := tenants(t)
	root := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	large := filepath.Join(root, "wp-content", "uploads", "large.bin")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 1<<40); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(large, alice, alice); err != nil {
		t.Fatal(err)
	}
	h, folder := newHost(t), t.TempDir()
	h.env = []string{"AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=hunter2"}
	cmd := h.command("backup", root, "--name", "alice", "--kind", "files", "--to", bucket(t, "worker"), "--to", folder)
	// The agent is started by a shell that has a file of the operator open.
	inherited, err := os.Create(filepath.Join(h.state, "inherited"))
	if err != nil {
		t.Fatal(err)
	}
	defer inherited.Close()
	cmd.ExtraFiles = []*os.File{nil, nil, nil, nil, nil, nil, inherited}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	}()
	var pid int
	until(t, "the worker", func() bool {
		_, unfinished := under(t, folder)
		pid = child(cmd.Process.Pid)
		return pid != 0 && len(unfinished) > 0
	})
	proc := fmt.Sprintf("/proc/%d", pid)
	status, err := os.ReadFile(proc + "/status")
	if err != nil || !strings.Contains(string(status), fmt.Sprintf("Uid:\t%d\t%d\t%d\t%d", alice, alice, alice, alice)) ||
		!strings.Contains(string(status), "NoNewPrivs:\t1") {
		t.Errorf("the worker's rights (%v):\n%s", err, status)
	}
	if environ, err := os.ReadFile(proc + "/environ"); err != nil || len(environ) > 0 {
		t.Errorf("the worker's environment: %q (%v)", environ, err)
	}
	if adj, err := os.ReadFile(proc + "/oom_score_adj"); err != nil || strings.TrimSpace(string(adj)) != "900" {
		t.Errorf("the worker's oom_score_adj: %q (%v)", adj, err)
	}
	for _, dir := range []string{proc + "/fd"} {
		fds, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range fds {
			target, err := os.Readlink(filepath.Join(dir, fd.Name()))
			if err == nil && (strings.Contains(target, "credential") || strings.HasPrefix(target, folder) || strings.HasPrefix(target, h.state)) {
				t.Errorf("the worker has %s open", target)
			}
		}
	}
	// The worker is killed: nothing of the run is published, and the agent reports the error.
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its exit status is checked later
	if code := cmd.ProcessState.ExitCode(); code != manifest.Failed.ExitCode() {
		t.Errorf("exit status %d after the worker was killed", code)
	}
	if finished, unfinished := under(t, folder); len(finished)+len(unfinished) > 0 || len(stored(t, "worker")) > 0 {
		t.Errorf("left behind: %q %q %q", finished, unfinished, stored(t, "worker"))
	}
}

// child returns the PID of a child of a process, or 0 if there is none.
func child(parent int) int {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	if err != nil {
		return 0
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil {
				return pid
			}
		}
	}
	return 0
}
