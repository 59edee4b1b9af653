package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// traceHook is a hook that appends its input to a file.
const traceHook = `  - {%s, shell: 'cat > %[2]s/report-$WPO_HOOK_WHEN-$WPO_HOOK_SCOPE; echo "$WPO_HOOK_WHEN $WPO_HOOK_SCOPE $WPO_HOOK_SITE $WPO_HOOK_STATUS $WPO_HOOK_EXIT_STATUS" >> %[2]s/trace'}
`

func traceHooks(dir string) string {
	var b strings.Builder
	for _, when := range []string{"before: run", "before: site", "after: site", "after: run", "after: error"} {
		fmt.Fprintf(&b, traceHook, when, dir)
	}
	return b.String()
}

// trace returns the text that the hooks have written, and deletes it.
func trace(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "trace")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHooksAroundABackup(t *testing.T) {
	h, sites, dir := newHost(t), fiveSites(t)[:2], t.TempDir()
	vault := filepath.Join(h.state, "vault")
	common := fmt.Sprintf("kind: files\nsinks: [%s]\nhooks:\n", vault)
	// A hook can call wp-oneway, because none of the hook's variables is read as a key.
	h.configFile(common + traceHooks(dir) + fmt.Sprintf("  - {after: run, run: [%s, sites, %s]}\n", h.binary, filepath.Dir(sites[0])))
	schema, err := jsonschema.NewCompiler().Compile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	h.backup(0, sites...)
	want := "before run   \nbefore site a.example.com  \nafter site a.example.com ok 0\nbefore site b.example.com  \nafter site b.example.com ok 0\nafter run  ok 0\n"
	if got := trace(t, dir); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for name, status := range map[string]manifest.Status{"before-run": manifest.Running, "before-site": manifest.Running, "after-site": manifest.OK, "after-run": manifest.OK} {
		text, err := os.ReadFile(filepath.Join(dir, "report-"+name))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		var report manifest.Report
		if err := json.Unmarshal(text, &report); err != nil || report.Status != status {
			t.Errorf("%s: %s, %v", name, report.Status, err)
		}
	}

	// A failure before a site makes only this site fail. A failure after a site is a warning.
	h.env = nil
	h.configFile(common + traceHooks(dir) + "  - {before: site, shell: 'test $WPO_HOOK_SITE != a.example.com || { echo no maintenance mode; exit 7; }'}\n  - {after: site, shell: exit 8}\n")
	report := h.backup(1, sites...)
	a, b := report.Sites[0], report.Sites[1]
	if a.Status != manifest.Failed || a.Error == nil || a.Error.Message != "hooks[5] (before site): exit status 7: no maintenance mode" || a.LastSuccess == nil {
		t.Errorf("%+v, %+v", a, a.Error)
	}
	if b.Status != manifest.OK || b.Warnings == nil || !slices.Contains(b.Warnings.Items, "hooks[6] (after site): exit status 8") {
		t.Errorf("%+v, %+v", b, b.Warnings)
	}
	if got := trace(t, dir); !strings.Contains(got, "after site a.example.com failed 1\n") || !strings.HasSuffix(got, "after run  failed 1\nafter error  failed 1\n") {
		t.Errorf("got\n%s", got)
	}

	// A failure before the run stops the run. The hooks after the run still run.
	h.env = nil
	h.configFile(common + "  - {before: run, shell: exit 9}\n" + traceHooks(dir))
	before := len(runs(t, vault))
	if report := h.backup(1, sites...); report.Status != manifest.Failed || len(report.Errors) != 1 || report.Errors[0].Message != "hooks[0] (before run): exit status 9" {
		t.Errorf("%+v", report)
	}
	if got := trace(t, dir); got != "after run  failed 1\nafter error  failed 1\n" || len(runs(t, vault)) != before {
		t.Errorf("got\n%s", got)
	}
}

// runs lists the manifests in a folder sink.
func runs(t *testing.T, vault string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(vault, "*", "*", "*.manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTerminatedRunIsReportedAndRunsItsHooks(t *testing.T) {
	web, h, sites, dir := newReceiver(t), newHost(t), fiveSites(t)[:2], t.TempDir()
	// The parent of the hook's shell is the agent.
	h.configFile(fmt.Sprintf("healthchecks: {ping_url: \"%s/uuid\"}\nkind: files\nsinks: [%s]\nhooks:\n  - {before: site, shell: 'kill -TERM $PPID; sleep 600'}\n", web.URL, filepath.Join(h.state, "vault")) + traceHooks(dir))
	report := h.backup(1, sites...)
	if report.Status != manifest.Failed || !strings.Contains(report.Sites[0].Error.Message, "hooks[0] (before site): terminated signal received") {
		t.Errorf("%+v", report.Sites[0].Error)
	}
	if got := trace(t, dir); !strings.HasSuffix(got, "after run  failed 1\nafter error  failed 1\n") {
		t.Errorf("got\n%s", got)
	}
	if got := web.take("/uuid/fail\n"); len(got) != 1 || !strings.Contains(got[0], "2 of 2 sites failed") {
		t.Errorf("%q", got)
	}
}

func TestHookFailureAfterTheRunIsReported(t *testing.T) {
	web, h, sites := newReceiver(t), newHost(t), fiveSites(t)[:1]
	h.configFile(fmt.Sprintf("notifications: [\"generic+%s/hook\"]\nkind: files\nsinks: [%s]\nhooks: [{after: run, shell: 'echo copy failed; exit 3'}]\n", web.URL, filepath.Join(h.state, "vault")))
	code, _, stderr := h.run(append([]string{"backup"}, sites...)...)
	if code != 0 || !strings.Contains(stderr, "hooks[0] (after run): exit status 3: copy failed") {
		t.Errorf("exit status %d\n%s", code, stderr)
	}
	if got := web.take("/hook\n"); len(got) != 1 || !strings.Contains(got[0], "after the backup: hooks[0] (after run): exit status 3: copy failed") {
		t.Errorf("%q", got)
	}
}
