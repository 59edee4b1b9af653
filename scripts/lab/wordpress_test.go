package lab_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func startMariaDB(t *testing.T) *lab.MariaDB {
	t.Helper()
	m, err := lab.StartMariaDB(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Stop(); err != nil {
			t.Error(err)
		}
	})
	return m
}

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
	ctx, server := context.Background(), startMariaDB(t)
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
