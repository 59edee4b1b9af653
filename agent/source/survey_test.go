package source

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
)

// readAll returns the answers of a survey.
func readAll(t *testing.T, owner Owner, reqs ...Request) (answers []answer, err error) {
	t.Helper()
	err = ReadConfigs(t.Context(), owner, reqs, func(f Facts, err error) { answers = append(answers, answer{f, err}) })
	return answers, err
}

// A configuration that was read just now is not read again.
func TestReadConfigsUsesWhatWasRead(t *testing.T) {
	read := &config.Site{Root: "/none", Version: "6.6", Config: &config.Config{SiteURL: "https://example.org", Files: []string{"x"}}}
	answers, err := readAll(t, Owner{}, Request{Path: "/none", Home: "/none", Config: read})
	if err != nil || len(answers) != 1 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	if a := answers[0]; a.err != nil || a.facts.WordPress != "6.6" || a.facts.Config.SiteURL != "https://example.org" || len(read.Config.Files) != 1 {
		t.Errorf("got %+v, %v", a.facts, a.err)
	}
}

// A survey by a worker returns the same as one by this process, without the password.
func TestReadConfigs(t *testing.T) {
	needRoot(t)
	place := tenantSite(t)
	open(t, place.Home)
	none := filepath.Join(place.Home, "none")
	if err := os.Mkdir(none, 0o755); err != nil {
		t.Fatal(err)
	}
	reqs := []Request{{Path: place.Path, Home: place.Home}, {Path: none, Home: place.Home}, {Path: place.Path, Home: place.Home, WithPassword: true}}
	local, err := readAll(t, Owner{}, reqs...)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := readAll(t, tenant, reqs...)
	if err != nil {
		t.Fatal(err)
	}
	if len(local) != len(reqs) || len(remote) != len(reqs) {
		t.Fatalf("%d and %d answers", len(local), len(remote))
	}
	for i := range reqs {
		if !reflect.DeepEqual(local[i].facts, remote[i].facts) {
			t.Errorf("site %d: %+v and %+v", i, local[i].facts, remote[i].facts)
		}
		if p := local[i].facts.Config.DB.Password; p != "" {
			t.Errorf("site %d has the password %q", i, p.Reveal())
		}
	}
	if local[0].facts.Config.DB.Socket != "/nowhere" || local[0].err != nil || remote[0].err != nil {
		t.Errorf("the first site: %+v, %v", local[0], remote[0].err)
	}
	for _, a := range []answer{local[1], remote[1]} {
		var refusal *wordpress.ConfigError
		if !errors.As(a.err, &refusal) || refusal.Class != wordpress.NoConfig {
			t.Errorf("the folder without a site: %v", a.err)
		}
	}
}

// Whatever a worker does in a survey, the sites that it did not answer for are unread.
func TestHostileSurvey(t *testing.T) {
	needRoot(t)
	for name, want := range map[string]struct {
		answers int
		err     string
	}{
		"nothing at all":     {0, "ended before its work was done"},
		"no JSON":            {0, "read the worker's event"},
		"findings":           {0, "sent the findings in a survey"},
		"one of two answers": {1, "ended before its work was done"},
		"long answer":        {0, "more than 262144 bytes"},
		"a panic":            {0, "unexpected panic"},
		"too many answers":   {2, ""},
	} {
		answers, err := readAll(t, tenant, Request{Path: hostile + name}, Request{Path: hostile})
		if len(answers) != want.answers || want.err == "" && err != nil || want.err != "" && (err == nil || !strings.Contains(err.Error(), want.err)) {
			t.Errorf("%s: %d answers, %v; want %d, %q", name, len(answers), err, want.answers, want.err)
		}
	}
}

// open lets other accounts pass through the folders above dir, which t.TempDir closes.
func open(t *testing.T, dir string) {
	t.Helper()
	for dir = filepath.Dir(dir); dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// The password is sent to the parent only if the request asks for it.
func TestPasswordOfWorker(t *testing.T) {
	needRoot(t)
	place := tenantSite(t)
	open(t, place.Home)
	for _, with := range []bool{false, true} {
		for _, owner := range []Owner{{}, tenant} {
			site, err := Open(t.Context(), Request{Path: place.Path, Home: place.Home, Mode: ConfigOnly, WithPassword: with}, owner, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if with {
				want = "secret word"
			}
			if got := site.Facts().Config.DB.Password.Reveal(); got != want {
				t.Errorf("uid %d, %v: got %q, want %q", owner.UID, with, got, want)
			}
			if err := site.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
