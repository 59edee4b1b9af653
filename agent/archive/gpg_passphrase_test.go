package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/secret"
)

func TestParsePassphrase(t *testing.T) {
	for text, want := range map[string]string{
		"horse": "horse", "horse\n": "horse", " horse \n": " horse ", "hörse\n": "hörse", "\xff\xfe\n": "\xff\xfe",
		strings.Repeat("x", 255) + "\n": strings.Repeat("x", 255), "tab\there": "tab\there", "a\rb": "a\rb",
	} {
		p, err := ParsePassphrase(text)
		if err != nil || p.Reveal() != want {
			t.Errorf("%q is read as %q: %v", text, p.Reveal(), err)
		}
	}
	for text, want := range map[string]string{
		"": "empty", "\n": "empty", "horse\n\n": "one line", "horse\nstaple": "one line", "horse\r\n": "carriage return",
		"horse\r": "carriage return", "ho\x00rse": "zero bytes", strings.Repeat("x", 256): "longer than 255", strings.Repeat("x", 9999): "longer than 255",
	} {
		_, err := ParsePassphrase(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "horse") {
			t.Errorf("%.20q: %v; want %q", text, err, want)
		}
	}
}

// gpg opens the message with the file from which the passphrase was read, whatever bytes
// it contains.
func TestPassphraseFileOpens(t *testing.T) {
	g := newGnuPG(t)
	for _, text := range []string{"horse", "horse staple\n", " leading and trailing \n", "hörse 🐎\n", "\xe9t\xe9\n", "a\rb\n", strings.Repeat("long ", 51)} {
		file := filepath.Join(t.TempDir(), "passphrase")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := ParsePassphrase(text)
		if err != nil {
			t.Fatal(err)
		}
		f, err := GPGPassphrase(p)
		if err != nil {
			t.Fatal(err)
		}
		sealed := filtered(t, []byte("data"), 4, f)
		got, err := tool(t, bytes.NewReader(sealed), g.env, "gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase-file", file, "--decrypt")
		if err != nil || string(got) != "data" {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestGPGPassphraseRefusesEmpty(t *testing.T) {
	if _, err := GPGPassphrase(""); err == nil {
		t.Error("no error for an empty passphrase")
	}
}

func TestPassphraseIsRedacted(t *testing.T) {
	p, err := ParsePassphrase("horse")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("sealing", "with", p, "in", struct{ P secret.Text }{p})
	slog.New(slog.NewTextHandler(&out, nil)).Info("sealing", "with", p, "in", &p)
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %v %+v", p, p, p, p, p, p, &p, struct{ P secret.Text }{p})
	if err := json.NewEncoder(&out).Encode(map[string]any{"p": p, "q": &p}); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "horse") || strings.Contains(text, "686f727365") {
		t.Error(text)
	}
}
