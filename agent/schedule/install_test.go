package schedule

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeSystemctl records what is asked of systemctl; no service manager runs in the tests.
func fakeSystemctl(calls *[]string) Runner {
	return func(_ context.Context, _, program string, args ...string) (string, error) {
		*calls = append(*calls, strings.Join(append([]string{program}, args...), " "))
		return "", nil
	}
}

func TestUnitsAreInstalledAndRemoved(t *testing.T) {
	var calls []string
	dir, packages := t.TempDir(), t.TempDir()
	s := Systemd{Dir: dir, Packaged: []string{packages}, Run: fakeSystemctl(&calls)}
	if err := os.WriteFile(filepath.Join(packages, "wp-oneway.service"), []byte("[Unit]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	nightly, base := odd(t), plain(t)
	nightly.Sandbox.Writable = nil // a folder below /tmp would be refused
	install := func(e Entry) {
		t.Helper()
		if err := s.Install(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	install(nightly)
	install(base)
	nightly.Times = times(t, "daily 04:00")
	install(nightly)
	want := []string{"wp-oneway-failed@.service", "wp-oneway-nightly.service", "wp-oneway-nightly.timer", "wp-oneway.service.d", "wp-oneway.timer"}
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("units: %q", got)
	}
	if last := calls[len(calls)-3:]; !slices.Equal(last, []string{"systemctl daemon-reload", "systemctl enable wp-oneway-nightly.timer", "systemctl restart wp-oneway-nightly.timer"}) {
		t.Errorf("systemctl: %q", calls)
	}
	found, err := s.Installed(t.Context())
	if err != nil || len(found) != 2 || found[0].When != "daily 04:00" || found[1].Name != Default {
		t.Errorf("installed: %+v, %v", found, err)
	}
	for _, name := range []string{"nightly", Default} {
		if removed, err := s.Remove(t.Context(), name); !removed || err != nil {
			t.Errorf("remove %s: %v, %v", name, removed, err)
		}
	}
	if got := names(t, dir); len(got) > 0 {
		t.Errorf("left: %q", got)
	}
	if removed, err := s.Remove(t.Context(), "nightly"); removed || err != nil {
		t.Errorf("removed again: %v, %v", removed, err)
	}
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// A unit that somebody else has written stays, and so does a link.
func TestForeignUnitsStay(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"file": func(path string) error { return os.WriteFile(path, []byte("[Unit]\nDescription=mine\n"), 0o644) },
		"mask": func(path string) error { return os.Symlink("/dev/null", path) },
	} {
		var calls []string
		s := Systemd{Dir: t.TempDir(), Run: fakeSystemctl(&calls)}
		path := filepath.Join(s.Dir, "wp-oneway.service")
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if err := s.Install(t.Context(), plain(t)); err == nil || !strings.Contains(err.Error(), "move it away") || len(calls) > 0 {
			t.Errorf("%s: %v, %q", name, err, calls)
		}
	}
}

func TestTheFileOfCron(t *testing.T) {
	c := Cron{File: filepath.Join(t.TempDir(), "wp-oneway")}
	nightly, base := odd(t), plain(t)
	nightly.Log, base.Log = filepath.Join(t.TempDir(), "logs", "a"), filepath.Join(t.TempDir(), "b")
	for _, e := range []Entry{nightly, base, nightly} {
		if err := c.Install(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(c.File)
	if err != nil || strings.Count(string(text), "\n") != 3 || !strings.HasPrefix(string(text), cronHead) {
		t.Errorf("%v\n%s", err, text)
	}
	if info, err := os.Stat(c.File); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("cron would not read %v (%v)", info.Mode(), err)
	}
	if info, err := os.Stat(nightly.Log); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the log: %v (%v)", info, err)
	}
	for _, name := range []string{"nightly", Default} {
		if removed, err := c.Remove(t.Context(), name); !removed || err != nil {
			t.Errorf("remove %s: %v, %v", name, removed, err)
		}
	}
	if _, err := os.Stat(c.File); !os.IsNotExist(err) {
		t.Errorf("the empty file stays: %v", err)
	}
}
