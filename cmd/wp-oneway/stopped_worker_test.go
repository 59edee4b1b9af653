package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A tenant who stops every process of its uid affects only its own sites: no command waits for
// the workers for ever.
func TestTenantStopsWorkers(t *testing.T) {
	t.Parallel()
	const stopper = 2041 // no other test has processes of this uid
	home, _ := tenants(t)
	root := tenantSite(t, home, stopper, config("x", "x", "/nowhere"))
	// With a high priority, it stops the workers in time even on a busy host.
	stop := exec.Command("nice", "-n", "-15", "setpriv", "--reuid", strconv.Itoa(stopper), "--regid", strconv.Itoa(stopper), "--clear-groups",
		"perl", "-e", `while (1) { kill "STOP", -1; select(undef, my $w, my $e, 0.0005) }`)
	if err := stop.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stop.Process.Kill(), stop.Wait() })
	other := filepath.Join(filepath.Dir(home), "bob", "shop")
	if err := os.Rename(tenantSite(t, filepath.Dir(other), bob, config("x", "x", "/nowhere")), other); err != nil {
		t.Fatal(err)
	}

	for name, args := range map[string][]string{
		"inspect": {"inspect", root},
		"dump":    {"dump", root},
		"doctor":  {"doctor", root, "--kind", "files", "--to", t.TempDir()},
		"dry run": {"backup", root, other, "--kind", "files", "--dry-run", "--to", t.TempDir()},
		"backup":  {"backup", root, other, "--kind", "files", "--to", t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			stall := "300ms" // a site is abandoned after twelve times this duration
			if name == "inspect" {
				stall = "4s" // here, after this duration; the worker must start within half of it
			}
			h.env = append(h.env, "WP_ONEWAY_LIMITS_STALL="+stall)
			code, stdout, stderr := h.run(args...)
			if code != 1 || strings.Count(stdout+stderr, "SIGSTOP") != 1 { // an error for the stopped site only
				t.Errorf("exit status %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}
