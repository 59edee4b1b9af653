package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// A receiver replaces the services on the web. It records the requests that it gets.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // path, query and body
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.requests = append(r.requests, req.URL.String()+"\n"+string(body))
	}))
	t.Cleanup(r.Close)
	return r
}

// take returns the requests whose path begins with prefix, and deletes all requests.
func (r *receiver) take(prefix string) (taken []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.requests {
		if strings.HasPrefix(q, prefix) {
			taken = append(taken, q)
		}
	}
	r.requests = nil
	return taken
}

// configFile writes a configuration, and makes the host use it.
func (h *host) configFile(text string) {
	h.t.Helper()
	path := filepath.Join(h.state, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.env = append(h.env, "WP_ONEWAY_CONFIG="+path)
}

// fiveSites creates five sites whose database does not answer.
func fiveSites(t *testing.T) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		path := filepath.Join(dir, name+".example.com")
		if err := createSite(path, config("x", "x", "/nowhere")); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestOneBrokenSiteAmongFive(t *testing.T) {
	web, h, sites := newReceiver(t), newHost(t), fiveSites(t)
	mail, err := lab.StartSMTP(t.TempDir(), lab.SMTPOptions{Username: "me", Password: "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	defer mail.Stop()
	password := filepath.Join(h.state, "password")
	if err := os.WriteFile(password, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = []string{"SSL_CERT_FILE=" + mail.CAFile}
	h.configFile(fmt.Sprintf(`
notifications: ["generic+%[1]s/hook-token"]
email: {to: [admin@example.com], from: wp@example.com, host: localhost, port: %[2]d, username: me, password_file: %[3]s}
healthchecks: {ping_url: "%[1]s/uuid"}
uptime_kuma: {push_url: "%[1]s/push?status=up"}
kind: files
sinks: [%[4]s]
`, web.URL, mail.Port, password, filepath.Join(h.state, "vault")))
	h.backup(0, sites...)
	if got := web.take(""); len(got) != 3 || !strings.HasPrefix(got[0], "/uuid/start\n") || len(mail.Mails()) != 0 {
		t.Errorf("a good run sent %q and %d mails", got, len(mail.Mails()))
	}
	if err := os.WriteFile(filepath.Join(sites[2], "wp-config.php"), []byte("<?php define('DB_NAME', "), 0o644); err != nil {
		t.Fatal(err)
	}
	report := h.backup(1, sites...)
	if s := report.Sites[2]; s.Status != manifest.Failed || s.LastSuccess == nil || report.Sites[0].LastSuccess != nil {
		t.Errorf("%+v", s)
	}
	for i, s := range report.Sites {
		if (s.Status == manifest.OK) == (i == 2) {
			t.Errorf("%s: %s", s.Name, s.Status)
		}
	}
	mails := mail.Mails()
	requests := web.take("/")
	if len(mails) != 1 || !mails[0].Encrypted || len(requests) != 4 {
		t.Fatalf("%d mails, %q", len(mails), requests)
	}
	all := strings.Join(requests, "\n")
	for _, want := range []string{"\n/hook-token\n", "\n/uuid/fail\n", "/push?msg=", "status=down", "why: " + sites[2] + "/wp-config.php:1: syntax error", "last good backup: 20", "wp-oneway inspect '" + sites[2] + "'", "1 of 5 sites failed: c.example.com"} {
		if !strings.Contains("\n"+all, want) {
			t.Errorf("no request with %q:\n%s", want, all)
		}
	}
	if !strings.Contains(mails[0].Text, "Subject: wp-oneway on ") || !strings.Contains(mails[0].Text, "FAILED c.example.com") {
		t.Error(mails[0].Text)
	}
}

func TestFailingNotifiersDoNotChangeTheResult(t *testing.T) {
	web, h, sites := newReceiver(t), newHost(t), fiveSites(t)[:1]
	h.configFile(fmt.Sprintf(`
notifications: ["generic+http://127.0.0.1:1/hook-token"]
notifications_file: /no/such/file
notification_level: info
healthchecks: {ping_url: "%s/uuid"}
kind: files
sinks: [%s]
`, web.URL, filepath.Join(h.state, "vault")))
	code, _, stderr := h.run(append([]string{"backup"}, sites...)...)
	if code != 0 || strings.Count(stderr, "notification not sent") != 3 || strings.Contains(stderr, "hook-token") || !strings.Contains(stderr, "notifications_file") {
		t.Errorf("exit status %d\n%s", code, stderr)
	}
	if got := web.take("/uuid\n"); len(got) != 1 {
		t.Errorf("%q", got)
	}
	code, stdout, stderr := h.run("notify", "--test")
	if code != 1 || stdout != "healthchecks: sent\n" || strings.Count(stderr, "\n") != 2 {
		t.Errorf("exit status %d\n%s%s", code, stdout, stderr)
	}
	if got := web.take("/uuid/log\nTest: "); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if code, _, stderr := h.run("notify", "--failed", "the unit was killed"); code != 1 {
		t.Errorf("exit status %d\n%s", code, stderr)
	}
	if got := web.take("/uuid/fail\n"); len(got) != 1 || !strings.Contains(got[0], "nothing was backed up: the unit was killed") {
		t.Errorf("%q", got)
	}
}

func TestRunThatDoesNotStartIsReported(t *testing.T) {
	web, h, sites := newReceiver(t), newHost(t), fiveSites(t)[:1]
	healthchecks := fmt.Sprintf("healthchecks: {ping_url: \"%s/uuid\"}\nsinks: [%s]\nkind: files\n", web.URL, filepath.Join(h.state, "vault"))
	for name, c := range map[string]struct {
		config string
		args   []string
		code   int
		want   string
	}{
		"unknown key":     {"sitse: []\n", sites, 2, "unknown key 'sitse'"},
		"wrong value":     {"limits: {stall: 5}\n", sites, 2, "limits.stall"},
		"unknown flag":    {"", append([]string{"--bogus"}, sites...), 2, "unknown flag: --bogus"},
		"no site":         {"", nil, 2, "no PATH was given"},
		"no such pattern": {"sites: [{path: /no/such/*/site}]\n", nil, 1, "no site was found"},
		"hook":            {"hooks: [{before: run, run: [/no/such/hook]}]\n", sites, 1, "hooks[0] (before run): cannot be executed: open /no/such/hook: no such file"},
	} {
		h.env = nil
		h.configFile(healthchecks + c.config)
		code, stdout, stderr := h.run(append([]string{"backup"}, c.args...)...)
		if code != c.code || stdout != "" || strings.Count(stderr, c.want) != 1 {
			t.Errorf("%s: exit status %d, %s%s", name, code, stdout, stderr)
		}
		if got := web.take("/uuid/fail\n"); len(got) != 1 || !strings.Contains(got[0], c.want) || !strings.Contains(got[0], fmt.Sprintf("exit status %d", c.code)) {
			t.Errorf("%s: told %q", name, got)
		}
		if code, _, _ := h.run(append([]string{"backup", "--dry-run"}, c.args...)...); len(web.take("")) != 0 {
			t.Errorf("%s: a dry run (exit status %d) was told", name, code)
		}
	}
}
