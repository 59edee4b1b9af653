package oneway_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
)

const tenant = 2001

// A user who can write to a parent of a folder can delete or replace the folder. The
// test runs as root to give folders to other users.
func TestDirFindsOtherWriters(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test gives folders to other users, and needs root")
	}
	for name, c := range map[string]struct {
		make  func(dir string) error // dir is root's alone
		fails string                 // what the finding says, "" when it holds
		warns string
	}{
		"root's alone":       {func(string) error { return nil }, "", ""},
		"not there yet":      {func(dir string) error { return os.Remove(filepath.Join(dir, "backups")) }, "", ""},
		"the tenant's":       {func(dir string) error { return os.Chown(filepath.Join(dir, "backups"), tenant, tenant) }, "the site's owner alice can delete in", ""},
		"below the tenant's": {func(dir string) error { return os.Chown(dir, tenant, tenant) }, "the site's owner alice can delete or replace", ""},
		"another's":          {func(dir string) error { return os.Chown(dir, 3333, 0) }, "", "uid 3333 can delete or replace"},
		"the world's":        {func(dir string) error { return os.Chmod(dir, 0o777) }, "every user of this host", ""},
		"in a sticky folder": {func(dir string) error { return os.Chmod(dir, 0o777|os.ModeSticky) }, "", ""},
		"to be made in a sticky folder": {func(dir string) error {
			if err := os.Remove(filepath.Join(dir, "backups")); err != nil {
				return err
			}
			return os.Chmod(dir, 0o777|os.ModeSticky)
		}, "every user of this host can delete in", ""},
		"the tenant's group": {func(dir string) error {
			if err := os.Chown(dir, 0, tenant); err != nil {
				return err
			}
			return os.Chmod(dir, 0o775)
		}, "by the folder's group", ""},
		"another group": {func(dir string) error {
			if err := os.Chown(dir, 0, 3333); err != nil {
				return err
			}
			return os.Chmod(dir, 0o775)
		}, "", "group 3333"},
		"a link from the tenant's": {func(dir string) error {
			real := filepath.Join(filepath.Dir(dir), "real")
			if err := os.Rename(filepath.Join(dir, "backups"), real); err != nil {
				return err
			}
			if err := os.Symlink(real, filepath.Join(dir, "backups")); err != nil {
				return err
			}
			return os.Chown(dir, tenant, tenant)
		}, "the site's owner alice can delete or replace", ""},
		"a folder of its own in the tenant's": {func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, "backups", "example.com"), 0o777)
		}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			top, err := os.MkdirTemp("/var", "wp-oneway-") //nolint:usetesting // every parent must be root's
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(top) })
			dir := filepath.Join(top, "parent")
			if err := os.MkdirAll(filepath.Join(dir, "backups"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := c.make(dir); err != nil {
				t.Fatal(err)
			}
			before := tree(t, top)
			r := examine(t, filepath.Join(dir, "backups"), oneway.Options{Tenants: []oneway.User{{Name: "alice", UID: tenant, Groups: []uint32{tenant}}}})
			if after := tree(t, top); after != before {
				t.Errorf("the folders changed:\n%s\nbefore\n%s", after, before)
			}
			f := finding(t, r, "others write")
			switch {
			case c.fails != "" && (f.Verdict != sinks.Fails || !strings.Contains(f.Detail, c.fails) || r.Proven()),
				c.warns != "" && (f.Verdict != sinks.Warning || !strings.Contains(f.Detail, c.warns) || !r.Proven()),
				c.fails+c.warns == "" && (f.Verdict != sinks.Holds || !r.Proven()):
				t.Errorf("%+v; proven %v", f, r.Proven())
			}
			if !r.Folder || finding(t, r, "one-way").Verdict != sinks.Warning || finding(t, r, "write").Verdict != sinks.Holds {
				t.Errorf("folder %v\n%s", r.Folder, show(r))
			}
		})
	}
}

func finding(t *testing.T, r *oneway.Result, check string) sinks.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("no finding of check %s\n%s", check, show(r))
	return sinks.Finding{}
}

func tree(t *testing.T, top string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(top, func(path string, _ os.DirEntry, err error) error {
		b.WriteString(path + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDirNotWritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := examine(t, filepath.Join(file, "backups"), oneway.Options{})
	if r.Proven() || finding(t, r, "write").Verdict != sinks.Fails {
		t.Errorf("below a file: %v\n%s", r.Proven(), show(r))
	}
	open := t.TempDir()
	if err := os.MkdirAll(filepath.Join(open, folder), 0o755); err != nil {
		t.Fatal(err)
	}
	if f := finding(t, examine(t, open, oneway.Options{}), "others read"); f.Verdict != sinks.Warning || !strings.Contains(f.Advice, "chmod o-rwx") {
		t.Errorf("a folder that is open: %+v", f)
	}
}

// The doctor does in a folder what a run does: on a file system with room for one file, but
// not for a folder with a file, a backup fails.
func TestDirTriesWhatARunDoes(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	for inodes, want := range map[string]sinks.Verdict{"2": sinks.Fails, "20": sinks.Holds} {
		dir := t.TempDir()
		if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "nr_inodes="+inodes, "tmpfs", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		r := examine(t, dir, oneway.Options{})
		if f := finding(t, r, "write"); f.Verdict != want {
			t.Errorf("%s inodes: %+v", inodes, f)
		}
		if left := tree(t, dir); strings.Contains(left, "probe") {
			t.Errorf("left behind: %s", left)
		}
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
