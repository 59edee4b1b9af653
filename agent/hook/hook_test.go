package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// program writes a shell script that only its owner may change.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func newReport() *manifest.Report {
	return &manifest.Report{Version: 1, Host: "web1", Agent: "1.0", Status: manifest.Failed}
}

func newSet(log *strings.Builder, hooks ...Hook) *Set {
	for i := range hooks {
		hooks[i].Key = "hooks[" + strconv.Itoa(i) + "]"
	}
	return &Set{Hooks: hooks, Log: slog.New(slog.NewTextHandler(log, nil))}
}

func TestHookGetsReportAndVariables(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	t.Setenv("WP_ONEWAY_SINKS", "/x")
	site := &manifest.SiteReport{Name: "shop", Path: "/srv/shop", Kind: manifest.Full, Run: "shop-full-x", Status: manifest.Failed, Error: &manifest.ReportError{Message: "no\x1b[31m"}}
	script := program(t, fmt.Sprintf("cd %s; cat > report; env | sort > env; echo \"$@\" > args; umask > umask; pwd\n", dir))
	var log strings.Builder
	s := newSet(&log, Hook{After: Site, Run: []string{script, "a b", "$(c)"}})
	if err := s.After(t.Context(), Site, newReport(), site); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var report manifest.Report
	if err := json.Unmarshal([]byte(read("report")), &report); err != nil || len(report.Sites) != 1 || report.Sites[0].Name != "shop" {
		t.Errorf("%+v, %v", report, err)
	}
	env := read("env")
	for _, want := range []string{
		"WPO_HOOK_WHEN=after\n", "WPO_HOOK_SCOPE=site\n", "WPO_HOOK_HOST=web1\n", "WPO_HOOK_SITE=shop\n", "WPO_HOOK_PATH=/srv/shop\n", "WPO_HOOK_KIND=full\n",
		"WPO_HOOK_RUN=shop-full-x\n", "WPO_HOOK_STATUS=failed\n", "WPO_HOOK_EXIT_STATUS=1\n", `WPO_HOOK_ERROR=no\u001b[31m` + "\n",
	} {
		if !strings.Contains(env, want) {
			t.Errorf("the environment lacks %q:\n%s", want, env)
		}
	}
	if strings.Contains(env, "hunter2") || strings.Contains(env, "WP_ONEWAY_") || read("args") != "a b $(c)\n" || read("umask") != "0077\n" {
		t.Errorf("%s%s%s", env, read("args"), read("umask"))
	}
	if !strings.Contains(log.String(), "hook: "+dir) {
		t.Errorf("the output is not in the log:\n%s", log.String())
	}
	s.Hooks[0].InheritEnvironment = true
	if err := s.After(t.Context(), Site, newReport(), site); err != nil || !strings.Contains(read("env"), "hunter2") {
		t.Errorf("inherit_environment: %v\n%s", err, read("env"))
	}
}

func TestBeforeStopsAndAfterGoesOn(t *testing.T) {
	dir := t.TempDir()
	touch := func(name string) string { return "touch " + filepath.Join(dir, name) }
	s := newSet(&strings.Builder{},
		Hook{Before: Run, Shell: "echo first; echo the reason >&2; exit 4"}, Hook{Before: Run, Shell: touch("second")}, Hook{Before: Site, Shell: touch("site")},
		Hook{After: Run, Shell: "exit 5"}, Hook{After: Run, Shell: touch("after")}, Hook{After: Error, Shell: touch("error")})
	err := s.Before(t.Context(), Run, newReport(), nil)
	if err == nil || err.Error() != "hooks[0] (before run): exit status 4: the reason" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.After(ctx, Run, newReport(), nil); err == nil || err.Error() != "hooks[3] (after run): exit status 5" {
		t.Errorf("got %v", err)
	}
	for name, want := range map[string]bool{"second": false, "site": false, "after": true, "error": false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Before(ctx, Site, newReport(), &manifest.SiteReport{}); err == nil {
		t.Error("a hook ran before a site although the run was cancelled")
	}
}

func TestHooksThatCannotBeExecuted(t *testing.T) {
	open := program(t, "exit 0")
	plain := program(t, "exit 0")
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(plain, 0o600); err != nil {
		t.Fatal(err)
	}
	shared := t.TempDir()
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	inShared := filepath.Join(shared, "hook")
	if err := os.WriteFile(inShared, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	interpreter := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(interpreter, []byte("#!/no/such/interpreter\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for want, h := range map[string]Hook{
		"cannot be executed: open " + open + ": others can write":       {Run: []string{open}},
		"cannot be executed: " + plain + ": it is not an executable":    {Run: []string{plain}},
		"cannot be executed: open " + inShared + ": others can write":   {Run: []string{inShared}},
		"cannot be executed: open /no/such/program: no such file":       {Run: []string{"/no/such/program"}},
		"cannot be executed: no-such-program: there is no such program": {Run: []string{"no-such-program"}},
		"cannot be executed: ./hook: give the program's absolute path":  {Run: []string{"./hook"}},
		"cannot be executed: " + shared + ": it is not":                 {Run: []string{"/tmp"}},
		"exit status 127": {Run: []string{interpreter}},
	} {
		if h.Run[0] == "/tmp" {
			want, h.Run = "/tmp: it is not an executable file", []string{"/tmp"}
		}
		h.Before = Run
		err := newSet(&strings.Builder{}, h).Before(t.Context(), Run, newReport(), nil)
		if err == nil || !strings.HasPrefix(err.Error(), "hooks[0] (before run): ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	h := Hook{Before: Run, Run: []string{"true"}}
	if err := newSet(&strings.Builder{}, h).Before(t.Context(), Run, newReport(), nil); err != nil {
		t.Errorf("a program without a path: %v", err)
	}
}

func TestTimeoutEndsTheWholeGroup(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	h := Hook{Before: Run, Timeout: 300 * time.Millisecond, Shell: fmt.Sprintf("sleep 600 & echo $! > %s; trap 'echo asked to end; exit 0' TERM; wait", pids)}
	err := newSet(&strings.Builder{}, h).Before(t.Context(), Run, newReport(), nil)
	if err == nil || !strings.Contains(err.Error(), "it was stopped after 300ms; raise its timeout: asked to end") {
		t.Errorf("got %v", err)
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(pid, 0); err == nil && !zombie(pid) {
		t.Errorf("the process %d that the hook started still runs", pid)
	}
}

// zombie reports whether a process has ended, and was not yet waited for.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestCancelledRunEndsItsHook(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(fmt.Errorf("terminated by a signal")) })
	err := newSet(&strings.Builder{}, Hook{Before: Run, Shell: "sleep 600"}).Before(ctx, Run, newReport(), nil)
	if err == nil || !strings.Contains(err.Error(), "terminated by a signal") {
		t.Errorf("got %v", err)
	}
}

func TestOutputIsBoundedAndPrintable(t *testing.T) {
	var log strings.Builder
	h := Hook{Before: Run, Shell: `printf 'a\033[31m\n'; yes line | head -1000; head -c 5000 /dev/zero | tr '\0' x; exit 1`}
	err := newSet(&log, h).Before(t.Context(), Run, newReport(), nil)
	if err == nil || len(err.Error()) > 1200 {
		t.Errorf("%d bytes: %v", len(err.Error()), err)
	}
	if lines := strings.Count(log.String(), "\n"); lines != maxLines+1 || strings.Contains(log.String(), "\x1b") {
		t.Errorf("%d lines: %.200s", lines, log.String())
	}
}

func TestHookDoesNotWaitForProcessesOutsideItsGroup(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	h := Hook{Before: Run, Shell: "sleep 600 & echo $! > " + pid}
	defer func() {
		if text, err := os.ReadFile(pid); err == nil {
			if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
				_ = unix.Kill(n, unix.SIGKILL)
			}
		}
	}()
	if err := newSet(&strings.Builder{}, h).Before(t.Context(), Run, newReport(), nil); err != nil {
		t.Error(err)
	}
}

func TestHookSettings(t *testing.T) {
	for want, h := range map[string]Hook{
		"give either before or after": {Run: []string{"x"}},
		"give either before":          {Before: Run, After: Run, Run: []string{"x"}},
		"before: \"error\"":           {Before: Error, Run: []string{"x"}},
		"after: \"all\"":              {After: "all", Run: []string{"x"}},
		"give either run":             {Before: Run},
		"give either run, a":          {Before: Run, Run: []string{"x"}, Shell: "y"},
	} {
		if err := h.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}
