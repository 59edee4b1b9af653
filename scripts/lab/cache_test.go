package lab

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestCacheKeepsOnlyCompleteFolders(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	builds := 0
	build := func(fail error) func(string) (string, error) {
		return func(tmp string) (string, error) {
			builds++
			keep := filepath.Join(tmp, "keep")
			return keep, errors.Join(os.Mkdir(keep, 0o755), os.WriteFile(filepath.Join(keep, "file"), nil, 0o644), fail)
		}
	}
	broken := errors.New("no network")
	if _, err := cached("x", build(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if left, err := os.ReadDir(filepath.Join(cache, "wp-oneway")); err != nil || len(left) != 1 || left[0].Name() != "x.lock" {
		t.Errorf("the failed build left %v, %v; want only its lock", left, err)
	}
	for range 2 {
		folder, err := cached("x", build(nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(folder, "file")); err != nil {
			t.Error(err)
		}
	}
	if builds != 2 {
		t.Errorf("built %d times, want once after the failure", builds)
	}
}
