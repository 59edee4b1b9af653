package operator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A service of systemd reads the copies of its secret files, even if it cannot read the
// files themselves.
func TestTheCopyOfACredentialIsRead(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	for path, mode := range map[string]os.FileMode{"/etc/gone/passphrase": 0o400, "/etc/gone/of group": 0o440} {
		must(t, os.WriteFile(filepath.Join(dir, CredentialID(path)), []byte("copy of "+path), mode))
		text, err := ReadFile(path, Nobody)
		if err != nil || string(text) != "copy of "+path {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	if _, err := ReadFile("/etc/gone/other", Nobody); err == nil || !strings.Contains(err.Error(), "/etc/gone/other") {
		t.Errorf("a file without a copy: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, CredentialID("/open")), []byte("x"), 0o604), os.Chmod(filepath.Join(dir, CredentialID("/open")), 0o604))
	if _, err := ReadFile("/open", Nobody); err == nil || !strings.Contains(err.Error(), "others can read it") {
		t.Errorf("a copy that others can read: %v", err)
	}
}

func TestCredentialIDsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, path := range []string{"/a-b/c", "/a/b-c", "/a b/c", "/a/b/c", "/a:b/c", "/a/c:d", "/a/c%d", "/a/" + strings.Repeat("x", 300)} {
		id := CredentialID(path)
		if other, ok := seen[id]; ok || len(id) > 80 || strings.ContainsAny(id, ":/% ") {
			t.Errorf("%s and %s: %q", path, other, id)
		}
		seen[id] = path
	}
}
