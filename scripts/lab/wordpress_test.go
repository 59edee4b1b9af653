package lab_test

import (
	"context"
	"crypto/sha256"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", url, res.Status, b)
	}
	return string(b)
}

func TestWordPressServesItsContentInEveryLayout(t *testing.T) {
	ctx, server := context.Background(), lab.SharedMariaDB(t)
	for name, layout := range map[string]lab.Layout{"classic": lab.Classic, "above": lab.ConfigAbove, "own": lab.OwnContent} {
		t.Run(name, func(t *testing.T) {
			w, err := lab.InstallWordPress(ctx, t.TempDir(), lab.WordPressOptions{Server: server, Name: name, Layout: layout, Images: 1})
			if err != nil {
				t.Fatal(err)
			}
			url, stop, err := w.Serve(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			page := get(t, url+"/")
			for _, want := range []string{lab.KnownPost, "lab-shop", "themes/lab-child/style.css"} {
				if !strings.Contains(page, want) {
					t.Errorf("front page lacks %q", want)
				}
			}
			for _, file := range []string{w.ConfigFile, filepath.Join(w.ContentDir, "plugins/lab-shop/lab-shop.php"), filepath.Join(w.ContentDir, "uploads")} {
				if _, err := os.Stat(file); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestWordPressContentDependsOnTheSeedAlone(t *testing.T) {
	ctx, server := context.Background(), lab.SharedMariaDB(t)
	uploads := func(name string, seed uint64) map[string][32]byte {
		t.Helper()
		w, err := lab.InstallWordPress(ctx, t.TempDir(), lab.WordPressOptions{
			Server: server, Name: name, Seed: seed, Images: 2, Posts: 2, UploadBytes: 1 << 20,
		})
		if err != nil {
			t.Fatal(err)
		}
		sums := map[string][32]byte{}
		dir := filepath.Join(w.ContentDir, "uploads")
		err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			sums[strings.TrimPrefix(path, dir)] = sha256.Sum256(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return sums
	}
	a, same, other := uploads("a", 1), uploads("same", 1), uploads("other", 2)
	if len(a) < 15 {
		t.Errorf("only %d files", len(a))
	}
	if !maps.Equal(a, same) {
		t.Error("the same seed made different uploads")
	}
	if maps.Equal(a, other) {
		t.Error("another seed made the same uploads")
	}
}

func TestWordPressBelongsToItsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("only root can make a site of another owner; this checks the current user's")
	}
	ctx, uid, gid := context.Background(), os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 12345, 54321
	}
	w, err := lab.InstallWordPress(ctx, t.TempDir(), lab.WordPressOptions{
		Server: lab.SharedMariaDB(t), Name: "owned", Images: 1, Posts: 1, OddFiles: true, UID: uid, GID: gid,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(w.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != uid || int(st.Gid) != gid {
			t.Errorf("%s belongs to %d:%d", path, st.Uid, st.Gid)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
