package manifest

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestRunNames(t *testing.T) {
	start := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	id, err := NewRunID(start, bytes.NewReader(make([]byte, 8)))
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range []string{"a", "example.com", "a-full-b", "full", "a.b-db"} {
		for _, kind := range []Kind{Full, DB, Files} {
			for _, noUploads := range []bool{false, true} {
				name := RunName(site, kind, noUploads, id)
				want := RunParts{Site: site, Kind: kind, NoUploads: noUploads && kind != DB, ID: id, Start: start}
				if got, ok := ParseRunName(name); !ok || got != want {
					t.Errorf("ParseRunName(%s) = %+v, %v", name, got, ok)
				}
				for _, suffix := range []string{".sql.zst", ".tar.zst.age.001", Suffix} {
					if run, rest, ok := RunOf(name + suffix); !ok || run != name || rest != suffix {
						t.Errorf("RunOf(%s%s) = %s, %s, %v", name, suffix, run, rest, ok)
					}
				}
			}
		}
	}
	for _, name := range []string{
		"", "a", "a/db-backups/", "a/db-backups/b-db-" + id, "a/full-backups/a-db-" + id, "a/db-backups/a-db-" + id + "x",
		"a/db-backups/a-db-2026-13-23_03-00-00Z-00000000", "/db-backups/-db-" + id, "a/db-backups/x/a-db-" + id,
		"A/db-backups/A-db-" + id, "../db-backups/..-db-" + id, "a b/db-backups/a b-db-" + id,
	} {
		if got, ok := ParseRunName(name); ok {
			t.Errorf("ParseRunName(%q) = %+v", name, got)
		}
	}
}

// A name in the bucket that is not exactly one of ours belongs to no run.
func TestNamesOfOthers(t *testing.T) {
	const id = "2026-11-23_03-00-00Z-k3f9a2xq"
	long := strings.Repeat("a", 100)
	if _, ok := ParseRunName(long + "/db-backups/" + long + "-db-" + id); !ok {
		t.Error("a site's name of 100 bytes is refused")
	}
	for _, name := range []string{
		long + "a/db-backups/" + long + "a-db-" + id,
		"a/db-backups/a-db-2026-11-23_03-00-00Z_k3f9a2xq",
		"a/db-backups/a-db-2026-11-23_03-00-00Z-k3f9a2xQ",
		"a/db-backups/a-db-2026-11-23_03-00-00Z-k3f9a2x/",
		"a/full-backups/a-full-no_uploads-" + id,
		"a/files-backups/a-no_uploads-" + id,
		".a/db-backups/.a-db-" + id,
	} {
		if got, ok := ParseRunName(name); ok {
			t.Errorf("%s: %+v", name, got)
		}
		if run, _, ok := RunOf(name + ".sql.zst"); ok {
			t.Errorf("%s belongs to %s", name, run)
		}
	}
	for _, object := range []string{"a/db-backups/a-db-" + id, "a/db-backups/a-db-" + id + "-sql", "other.sql.zst", ""} {
		if run, suffix, ok := RunOf(object); ok {
			t.Errorf("%s belongs to %s, %s", object, run, suffix)
		}
	}
	if _, err := NewRunID(time.Now(), strings.NewReader("short")); err == nil {
		t.Error("a run without its random characters")
	}
}
