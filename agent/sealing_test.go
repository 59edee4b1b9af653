package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A user who can write to the file of recipients could add a recipient of their choice.
func TestRecipientsFileOwner(t *testing.T) {
	const key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	path := filepath.Join(t.TempDir(), "recipients")
	for _, tt := range []struct {
		what string
		mode os.FileMode
		uid  int
		want string // in the error
	}{
		{"public", 0o644, os.Geteuid(), ""},
		{"private", 0o600, os.Geteuid(), ""},
		{"its group writes to it", 0o664, os.Geteuid(), "others can write to it"},
		{"everybody writes to it", 0o602, os.Geteuid(), "others can write to it"},
		{"another user's", 0o644, 2001, "it belongs to uid 2001"},
	} {
		if tt.uid != os.Geteuid() && os.Geteuid() != 0 {
			continue // only root could give it away
		}
		if err := os.WriteFile(path, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, tt.uid, -1); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		_, seal, err := Sealing{Compression: "zstd", RecipientsFile: path}.Filters(t.Context())
		switch {
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: got %v, want %q", tt.what, err, tt.want)
		case tt.want == "" && (err != nil || len(seal.Recipients) != 1 || seal.Recipients[0] != key):
			t.Errorf("%s: got %+v, %v", tt.what, seal, err)
		}
	}
}

// A shell's <(…) is a pipe of the same user.
func TestRecipientsFromAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	const key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	if _, err := fmt.Fprintln(w, key); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, seal, err := Sealing{Compression: "none", RecipientsFile: fmt.Sprintf("/dev/fd/%d", r.Fd())}.Filters(t.Context())
	if err != nil || len(seal.Recipients) != 1 || seal.Recipients[0] != key {
		t.Errorf("got %+v, %v", seal, err)
	}
}
