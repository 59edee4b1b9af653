package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// readSite reads the files of a site with the worker that is kept, or with a new one. pid
// is the worker's.
func readSite(t *testing.T, workers *Workers, owner Owner, req Request) (text []byte, pid int, err error) {
	t.Helper()
	req.Kind, req.Workers = manifest.Files, workers
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, err := Open(ctx, req, owner, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, idlePID(workers), err
	}
	pid = s.(*watchedSite).Site.(*remoteSite).process.cmd.Process.Pid
	var out bytes.Buffer
	if err := s.Part(manifest.FilesStream).Write(ctx, &out); err != nil {
		return nil, pid, errors.Join(err, s.Close())
	}
	findings, err := s.Findings(ctx)
	if err != nil {
		return nil, pid, errors.Join(err, s.Close())
	}
	said, err := json.Marshal([]any{s.Facts(), findings})
	return append(out.Bytes(), said...), pid, errors.Join(err, s.Close())
}

// idlePID is the worker that is kept, or 0.
func idlePID(workers *Workers) int {
	workers.mu.Lock()
	defer workers.mu.Unlock()
	if workers.idle == nil {
		return 0
	}
	return workers.idle.cmd.Process.Pid
}

// One worker reads the sites of one owner, one after the other. Each gets what a worker
// of its own would send, and nothing is left of a site when the next one is read.
func TestWorkerReadsSeveralSites(t *testing.T) {
	needRoot(t)
	var sites []Request
	for i := range 2 {
		place := tenantSite(t)
		open(t, place.Home)
		if err := os.WriteFile(filepath.Join(place.Path, "wp-content/uploads/own.txt"), fmt.Append(nil, "site ", i), 0o644); err != nil {
			t.Fatal(err)
		}
		sites = append(sites, Request{Path: place.Path, Home: place.Home})
	}
	// Its environment belongs to the first site alone.
	sites[0].World.EnvKnown, sites[0].World.Env = true, map[string]string{"WP_HOME": "https://first.example"}
	none := Request{Path: filepath.Join(sites[0].Home, "none"), Home: sites[0].Home}
	if err := os.Mkdir(none.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	var want [2][]byte
	for i := range want {
		var alone Workers
		var err error
		if want[i], _, err = readSite(t, &alone, tenant, sites[i]); err != nil {
			t.Fatal(err)
		}
		alone.Close()
	}
	var workers Workers
	defer workers.Close()
	var first int
	var state []string
	for round, i := range []int{0, 1, 0, -1, 1} {
		req := none
		if i >= 0 {
			req = sites[i]
		}
		got, pid, err := readSite(t, &workers, tenant, req)
		if i < 0 && (err == nil || !strings.Contains(err.Error(), "wp-config.php")) {
			t.Errorf("the folder without a site: %v", err)
		}
		if i >= 0 && (err != nil || !bytes.Equal(got, want[i])) {
			t.Errorf("site %d differs from what a new worker sends: %v\n%.2000s\n%.2000s", i, err, got, want[i])
		}
		now := workerState(t, pid)
		if round == 0 {
			first, state = pid, now
		}
		if pid != first || idlePID(&workers) != first {
			t.Errorf("round %d: worker %d instead of %d", round, pid, first)
		}
		if !slices.Equal(now, state) {
			t.Errorf("round %d: the worker has\n%q\ninstead of\n%q", round, now, state)
		}
	}
}

// workerState is what a site could leave behind in the worker for the next one.
func workerState(t *testing.T, pid int) (state []string) {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d/", pid)
	cwd, err := os.Readlink(proc + "cwd")
	if err != nil {
		t.Fatal(err)
	}
	state = append(state, "cwd "+cwd)
	for _, file := range []string{"environ", "limits"} {
		text, err := os.ReadFile(proc + file)
		if err != nil {
			t.Fatal(err)
		}
		state = append(state, string(text))
	}
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if key, _, _ := strings.Cut(line, ":"); slices.Contains([]string{"Uid", "Gid", "Groups", "Umask", "CapEff", "CapPrm", "NoNewPrivs"}, key) {
			state = append(state, line)
		}
	}
	fds, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if target, err := os.Readlink(proc + "fd/" + fd.Name()); err == nil && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/sys/fs/cgroup/") {
			state = append(state, fd.Name()+" "+target)
		}
	}
	return state
}

// A site that fails, or whose worker misbehaves, does not spoil the next site of its
// owner: that one gets the same worker if it has finished in good order, else a new one.
func TestHostileWorkerDoesNotAffectTheNextSite(t *testing.T) {
	needRoot(t)
	for name, keeps := range map[string]bool{
		"honest": true, "honest, an error": true,
		"a panic": false, "an early end": false, "another order": false, "no JSON": false, "no findings": false, "honest, then dead": false, "more than arrived": false,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var workers Workers
			defer workers.Close()
			_, first, err := readSite(t, &workers, tenant, Request{Path: hostile + name})
			if failed := err != nil; failed == strings.HasPrefix(name, "honest") && name != "honest, an error" {
				t.Errorf("the first site: %v", err)
			}
			text, second, err := readSite(t, &workers, tenant, Request{Path: hostile + "honest"})
			if err != nil || !bytes.HasPrefix(text, []byte("data")) {
				t.Errorf("the next site: %q, %v", text, err)
			}
			if (first == second) != keeps {
				t.Errorf("workers %d and %d", first, second)
			}
		})
	}
}

// What a worker says about one site is never taken for another one.
func TestWorkerThatConfusesSites(t *testing.T) {
	needRoot(t)
	for name, second := range map[string]struct{ path, want string }{
		"an answer for the site before": {"the last order", "the facts of order 1 instead of 2"},
		"an answer nobody asked for":    {"honest", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var workers Workers
			defer workers.Close()
			before := "honest"
			if second.want == "" {
				before = "honest, then more"
			}
			if _, _, err := readSite(t, &workers, tenant, Request{Path: hostile + before}); err != nil {
				t.Fatal(err)
			}
			text, _, err := readSite(t, &workers, tenant, Request{Path: hostile + second.path})
			if second.want != "" && (err == nil || !strings.Contains(err.Error(), second.want)) {
				t.Errorf("got %v, want %q", err, second.want)
			}
			// It is noticed when the site before has been closed, or while this one is open.
			if second.want == "" && err == nil && !bytes.HasPrefix(text, []byte("data")) || second.want == "" && err != nil && !strings.Contains(err.Error(), "worker sent the facts") {
				t.Errorf("got %q, %v", text, err)
			}
		})
	}
}

// Another owner's site gets another worker, and the one before ends.
func TestOwnersShareNoWorker(t *testing.T) {
	needRoot(t)
	var workers Workers
	defer workers.Close()
	_, first, err := readSite(t, &workers, tenant, Request{Path: hostile + "honest"})
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []Owner{{UID: 2002, GID: noGroup}, {UID: tenant.UID, GID: noGroup, Groups: []uint32{2003}}} {
		_, second, err := readSite(t, &workers, other, Request{Path: hostile + "honest"})
		if err != nil || first == second {
			t.Errorf("%+v: workers %d and %d, %v", other, first, second, err)
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", first)); err == nil {
			t.Errorf("worker %d goes on", first)
		}
		first = second
	}
	workers.Close()
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", first)); err == nil {
		t.Error("the last worker goes on")
	}
}

// A run that is cancelled leaves no worker behind for the next site.
func TestCancelledSiteKeepsNoWorker(t *testing.T) {
	needRoot(t)
	var workers Workers
	defer workers.Close()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Open(ctx, Request{Path: hostile + "silence after the facts", Kind: manifest.Files, Workers: &workers}, tenant, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if pid := idlePID(&workers); pid != 0 {
		t.Errorf("worker %d is kept", pid)
	}
}

// The sites whose databases one worker reads share its limit on the size of files. A
// worker without a limit gets no temporary file.
func TestWorkerKeepsItsLimitOnFiles(t *testing.T) {
	needRoot(t)
	var workers Workers
	defer workers.Close()
	read := func(kind manifest.Kind) (pid int, limited bool) {
		req := Request{Path: hostile + "honest, an error", Kind: kind, Workers: &workers, TempDir: t.TempDir()}
		if _, err := Open(t.Context(), req, tenant, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "no such site") {
			t.Fatal(err)
		}
		pid = idlePID(&workers)
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(limits)) {
			limited = limited || strings.HasPrefix(line, "Max file size") && !strings.Contains(line, "unlimited")
		}
		return pid, limited
	}
	files, limited := read(manifest.Files)
	if limited {
		t.Error("a worker without a temporary file is limited")
	}
	first, limited := read(manifest.DB)
	if first == files || !limited {
		t.Errorf("worker %d after %d: limited: %v", first, files, limited)
	}
	for _, kind := range []manifest.Kind{manifest.Full, manifest.Files, manifest.DB} {
		if next, limited := read(kind); next != first || !limited {
			t.Errorf("%s: worker %d instead of %d; limited: %v", kind, next, first, limited)
		}
	}
}
