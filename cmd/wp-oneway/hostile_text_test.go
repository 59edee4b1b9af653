package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// hostileText has one character of each kind that must not be written to a terminal.
const hostileText = "x\x1b[31m\u009b31m\u0085\u202eelpmaxe\u200b\u2066\ufeff\U000e0041\u00ad\u3164y"

// raw returns the first character of an output that must not be written to a terminal.
func raw(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.ReplaceAll(line, "\t", ""), "\n")
		for _, word := range strings.Fields(line) { // Printable cuts long texts
			if !utf8.ValidString(word) || wordpress.Printable(word) != word {
				return word
			}
		}
	}
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Tenants choose the names of folders and the content of their configuration. A store chooses its
// answers. No command prints any of this text unescaped, in text or in JSON.
func TestHostileTextIsNeverPrintedRaw(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	root := t.TempDir()
	sites := []string{filepath.Join(root, hostileText, "public"), filepath.Join(root, "bad\xff\xfe.example", "public"), filepath.Join(root, "line\nwp-oneway: forged", "public")}
	for _, site := range sites {
		must(t, createSite(site, config("db"+hostileText, "user"+hostileText, "/nowhere/"+hostileText)))
		must(t, os.WriteFile(filepath.Join(site, "wp-content/uploads", hostileText+"\xff"), nil, 0o600))
		must(t, os.Symlink("/"+hostileText, filepath.Join(site, "wp-content/uploads", "link"+hostileText)))
	}
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("X-Amz-Request-Id", "id\u009b31m\u202e")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`<?xml version="1.0"?><Error><Code>Bad&#x9b;&#x202e;</Code><Message>no&#x9b;31m&#x202e;&#xe0041;</Message></Error>`))
	}))
	t.Cleanup(store.Close)
	key := filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(key, []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600))
	bucket := "s3://vault/x?region=us-east-1&endpoint=" + store.URL + "&credentials_file=" + key
	folder := t.TempDir()
	settings := filepath.Join(t.TempDir(), "config.yaml")
	must(t, os.WriteFile(settings, []byte("roots: ["+root+"]\n"), 0o600))
	for _, args := range [][]string{
		{"sites", root},
		{"sites", root, "--json"},
		{"sites", "--config", settings},
		{"doctor", "--config", settings, "--all", "--to", folder},
		{"doctor", "--config", settings, "--all", "--to", folder, "--json"},
		{"doctor", "--config", settings, "--all", "--to", bucket, "--verbose"},
		{"doctor", "--config", settings, "--all", "--to", bucket, "--json"},
		{"backup", "--config", settings, "--all", "--kind", "files", "--to", folder, "--verbose"},
		{"backup", "--config", settings, "--all", "--kind", "files", "--to", folder, "--json"},
		{"backup", "--config", settings, "--all", "--kind", "files", "--to", bucket, "--log-format", "json", "--verbose"},
		{"backup", "--config", settings, "--all", "--to", folder, "--verbose", "--log-format", "json"},
		{"backup", sites[0], "--name", "a", "--kind", "files", "--to", folder, "--verbose"},
		{"backup", sites[0], "--name", "b", "--to", folder, "--dry-run", "--verbose"},
		{"backup", sites[0], "--name", hostileText, "--to", folder},
		{"backup", sites[0], "--to", folder + hostileText + "://"},
		{"inspect", sites[0]},
		{"inspect", sites[0], "--json", "--show-secrets"},
		{"inspect", sites[1]},
		{"inspect", root + "/" + hostileText},
		{"dump", sites[0]},
		{"dump", sites[2], "-o", folder + "/" + hostileText},
		{hostileText},
		{"help", hostileText},
		{"completion", hostileText},
		{"backup", "--" + hostileText},
		{"backup", "--kind", hostileText},
		{"--config", folder + "/" + hostileText, "sites"},
		{"policy", hostileText},
		{"policy", "s3", "--bucket", hostileText},
		{"version", hostileText},
		{"backup", sites[0], "--log-format", "json", "--kind", hostileText},
	} {
		code, stdout, stderr := h.run(args...)
		if line := raw(stdout + stderr); line != "" {
			t.Errorf("%q: exit status %d, %.300q", args, code, line)
		}
		if strings.Contains(stdout+stderr, "\nwp-oneway: forged") || strings.HasPrefix(stderr, "wp-oneway: forged") {
			t.Errorf("%q: a tenant forged a line: %q", args, stdout+stderr)
		}
	}
	// JSON still has the same content.
	_, stdout, _ := h.run("sites", root, "--json")
	var survey struct{ Sites []struct{ Path string } }
	if err := json.Unmarshal([]byte(stdout), &survey); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, s := range survey.Sites {
		paths = append(paths, s.Path)
	}
	if !strings.Contains(strings.Join(paths, "|"), sites[0]) {
		t.Errorf("the paths are %q", paths)
	}
}
