package operator

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// A tenant must not decide what a file says: not as its owner, nor as the owner of a
// folder or symlink on the path, where it can be replaced between check and use.
func TestFilesThatOthersCanChange(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away") // CI runs the tests as root
	}
	const tenant = 2001
	for name, c := range map[string]struct {
		make    func(t *testing.T, dir string) string // makes a file, and returns its path
		readers Readers
		want    string // in the error; "" for none
	}{
		"root's":             {func(*testing.T, string) string { return "file" }, Everybody, ""},
		"secret":             {chmod("file", 0o600), Nobody, ""},
		"group may read":     {chmod("file", 0o640), OwnGroup, ""},
		"secret, group":      {chmod("file", 0o640), Nobody, "others can read it"},
		"other group":        {both(chmod("file", 0o640), chgrp("file", tenant)), OwnGroup, "others can read it"},
		"world may read":     {chmod("file", 0o644), OwnGroup, "others can read it"},
		"world may write":    {chmod("file", 0o602), Everybody, "others can write to it"},
		"tenant's":           {chown("file", tenant), Everybody, "it belongs to uid 2001"},
		"missing":            {func(*testing.T, string) string { return "gone" }, Everybody, "no such file"},
		"folder":             {func(*testing.T, string) string { return "deep" }, Everybody, "not a regular file"},
		"file as a folder":   {func(*testing.T, string) string { return "file/x" }, Everybody, "not a directory"},
		"deep":               {func(*testing.T, string) string { return "deep/file" }, Everybody, ""},
		"tenant's folder":    {both(chown("deep", tenant), name("deep/file")), Everybody, "deep belongs to uid 2001"},
		"open folder":        {both(chmod("deep", 0o777), name("deep/file")), Everybody, "others can write to "},
		"sticky folder":      {both(chmod("deep", fs.ModeSticky|0o777), name("deep/file")), Everybody, ""},
		"sticky, tenant's":   {both(chmod("deep", fs.ModeSticky|0o777), chown("deep/file", tenant)), Everybody, "it belongs to uid 2001"},
		"group's folder":     {both(chmod("deep", 0o775), name("deep/file")), Everybody, "others can write to "},
		"root's link":        {link("deep/file", "link"), Everybody, ""},
		"absolute link":      {link("/etc/passwd", "link"), Everybody, ""},
		"tenant's link":      {both(link("deep/file", "link"), chown("link", tenant)), Everybody, "link belongs to uid 2001"},
		"link to a folder":   {both(link("deep", "link"), name("link/file")), Everybody, ""},
		"tenant's dir link":  {both(link("deep", "link"), chown("link", tenant), name("link/file")), Everybody, "link belongs to uid 2001"},
		"link into tenant's": {both(link("deep/file", "link"), chown("deep", tenant), name("link")), Everybody, "deep belongs to uid 2001"},
		"loop":               {link("link", "link"), Everybody, "too many levels"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.Mkdir(filepath.Join(dir, "deep"), 0o755))
			for _, f := range []string{"file", "deep/file"} {
				must(t, os.WriteFile(filepath.Join(dir, f), []byte("text"), 0o600))
			}
			path := filepath.Join(dir, c.make(t, dir))
			text, err := ReadFile(path, c.readers)
			checkErr := Check(path, c.readers)
			switch {
			case c.want == "" && (err != nil || checkErr != nil || len(text) == 0):
				t.Errorf("got %q, %v, %v", text, err, checkErr)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")):
				t.Errorf("got %q, %v", text, err)
			case c.want != "" && c.want != "not a regular file" && (checkErr == nil || checkErr.Error() != err.Error()):
				t.Errorf("Check returned %v", checkErr)
			}
			if missing := c.want == "no such file"; errors.Is(err, fs.ErrNotExist) != missing {
				t.Errorf("missing: %v", err)
			}
		})
	}
}

func name(path string) func(*testing.T, string) string {
	return func(*testing.T, string) string { return path }
}

func both(steps ...func(*testing.T, string) string) func(*testing.T, string) string {
	return func(t *testing.T, dir string) (path string) {
		for _, step := range steps {
			path = step(t, dir)
		}
		return path
	}
}

func chmod(path string, mode fs.FileMode) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		must(t, os.Chmod(filepath.Join(dir, path), mode))
		return path
	}
}

func chown(path string, uid int) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		must(t, os.Lchown(filepath.Join(dir, path), uid, -1))
		return path
	}
}

func chgrp(path string, gid int) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		must(t, os.Lchown(filepath.Join(dir, path), -1, gid))
		return path
	}
}

func link(target, path string) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		must(t, os.Symlink(target, filepath.Join(dir, path)))
		return path
	}
}

// A FIFO that nobody writes to must not stop the agent.
func TestFIFOIsRefused(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if out, err := exec.CommandContext(t.Context(), "mkfifo", "-m", "600", fifo).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := ReadFile(fifo, Everybody); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}
