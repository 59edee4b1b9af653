package unseal_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
	"github.com/wp-oneway/wp-oneway/secret"
)

// content returns a text that is longer than a chunk of age, and than a block of zstd.
func content() []byte { return []byte(strings.Repeat("all of the site; ", 40_000)) }

// tool runs a program, and returns its output.
func tool(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A lock is one way to seal a stream and to open it.
type lock struct {
	seal       archive.Filter
	identity   []byte
	passphrase secret.Text
}

// locks returns one lock for each kind of key. The real age-keygen, ssh-keygen and gpg make the keys.
func locks(t *testing.T) map[string]lock {
	t.Helper()
	dir := t.TempDir()
	all := map[string]lock{}
	ageSeal := func(recipient string) archive.Filter {
		recipients, _, err := archive.ParseAgeRecipients(strings.NewReader(recipient))
		if err != nil {
			t.Fatal(err)
		}
		f, err := archive.Age(recipients...)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	identity := tool(t, nil, "age-keygen")
	key := filepath.Join(dir, "age")
	if err := os.WriteFile(key, identity, 0o600); err != nil {
		t.Fatal(err)
	}
	all["age"] = lock{seal: ageSeal(string(tool(t, nil, "age-keygen", "-y", key))), identity: identity}
	for name, passphrase := range map[string]string{"ed25519": "", "rsa": "", "ed25519 with a passphrase": "of the key"} {
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		tool(t, nil, "ssh-keygen", "-q", "-t", strings.Fields(name)[0], "-N", passphrase, "-f", file)
		all[name] = lock{seal: ageSeal(string(read(t, file+".pub"))), identity: read(t, file), passphrase: secret.Text(passphrase)}
	}
	passphrase, err := archive.ParsePassphrase("correct horse\n")
	if err != nil {
		t.Fatal(err)
	}
	symmetric, err := archive.GPGPassphrase(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	all["gpg passphrase"] = lock{seal: symmetric, passphrase: "correct horse"}
	for name, phrase := range map[string]string{"gpg": "", "gpg with a passphrase": "of the key"} {
		home := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.Mkdir(home, 0o700); err != nil {
			t.Fatal(err)
		}
		batch := []string{"--batch", "--pinentry-mode", "loopback", "--passphrase", phrase}
		env := []string{"GNUPGHOME=" + home}
		tool(t, env, "gpg", append(batch, "--quick-generate-key", "test@example.com", "rsa2048", "cert,encrypt", "never")...)
		keys, err := archive.ParseGPGKeys(bytes.NewReader(tool(t, env, "gpg", "--export")), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		seal, err := archive.GPGKeys(keys...)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = lock{seal: seal, identity: tool(t, env, "gpg", append(batch, "--armor", "--export-secret-keys")...), passphrase: secret.Text(phrase)}
		tool(t, env, "gpgconf", "--kill", "gpg-agent")
	}
	return all
}

func pack(t *testing.T, content []byte, filters ...archive.Filter) []byte {
	t.Helper()
	for _, f := range filters {
		var out bytes.Buffer
		w, err := f.Wrap(&out)
		if err == nil {
			_, err = w.Write(content)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		content = out.Bytes()
	}
	return content
}

func open(in []byte, filters []string, keys *unseal.Keys) ([]byte, error) {
	r, err := unseal.Open(bytes.NewReader(in), filters, keys)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestEverySealOpens(t *testing.T) {
	for name, l := range locks(t) {
		t.Run(name, func(t *testing.T) {
			var identities [][]byte
			if l.identity != nil {
				identities = append(identities, l.identity)
			}
			keys, err := unseal.NewKeys(l.passphrase, identities...)
			if err != nil {
				t.Fatal(err)
			}
			sealed := pack(t, content(), archive.Zstd(0), l.seal)
			filters := []string{"zstd", l.seal.Name}
			if got, err := open(sealed, filters, keys); err != nil || !bytes.Equal(got, content()) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if _, err := open(sealed, filters, &unseal.Keys{}); !errors.Is(err, unseal.ErrSealed) {
				t.Errorf("without a key: %v", err)
			}
			for _, at := range []int{len(sealed) / 2, len(sealed) - 2} {
				bad := bytes.Clone(sealed)
				bad[at] ^= 1
				if got, err := open(bad, filters, keys); err == nil {
					t.Errorf("byte %d of %d changed: %d bytes are accepted", at, len(sealed), len(got))
				}
				if got, err := open(sealed[:at], filters, keys); err == nil {
					t.Errorf("cut at %d of %d: %d bytes are accepted", at, len(sealed), len(got))
				}
			}
			if l.identity != nil && l.passphrase != "" {
				for _, wrong := range []secret.Text{"", "wrong"} {
					if _, err := unseal.NewKeys(wrong, l.identity); err == nil || !strings.Contains(err.Error(), "passphrase") {
						t.Errorf("with the passphrase %q: %v", wrong.Reveal(), err)
					}
				}
			}
		})
	}
}

func TestOtherKeys(t *testing.T) {
	all := locks(t)
	for name, c := range map[string]struct{ sealed, by, want string }{
		"other age key":     {"age", "ed25519", "none of the identities"},
		"gpg by age":        {"gpg", "age", "keys of another kind"},
		"age by passphrase": {"age", "gpg passphrase", "keys of another kind"},
		"other gpg key":     {"gpg", "gpg passphrase", "open the seal"},
	} {
		by := all[c.by]
		var identities [][]byte
		if by.identity != nil {
			identities = append(identities, by.identity)
		}
		keys, err := unseal.NewKeys(by.passphrase, identities...)
		if err != nil {
			t.Fatal(err)
		}
		seal := all[c.sealed].seal
		if _, err := open(pack(t, content(), seal), []string{seal.Name}, keys); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A text that is not a secret key is refused, and errors do not show it.
func TestWrongIdentities(t *testing.T) {
	for _, text := range []string{
		"", "hunter2", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "ssh-ed25519 AAAA hunter2", "AGE-SECRET-KEY-1hunter2",
		"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nhunter2", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nhunter2", "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2", "\x99\x01",
		"-----BEGIN AGE ENCRYPTED FILE-----\nhunter2",
	} {
		if _, err := unseal.NewKeys("", []byte(text)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestPassphrase(t *testing.T) {
	if p, err := unseal.Passphrase([]byte("a b \n")); err != nil || p.Reveal() != "a b " {
		t.Errorf("%q, %v", p.Reveal(), err)
	}
	for _, text := range []string{"", "\n", "a\nb", "a\x00", "a\r\n"} {
		if _, err := unseal.Passphrase([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// All gzip members and zstd frames are read, not only the first; a frame with a giant window is refused.
func TestCompression(t *testing.T) {
	for _, f := range []archive.Filter{archive.Zstd(0), archive.Gzip(0)} {
		in := append(pack(t, content(), f), pack(t, []byte("more"), f)...)
		got, err := open(in, []string{f.Name}, &unseal.Keys{})
		if err != nil || !bytes.Equal(got, append(content(), "more"...)) {
			t.Errorf("%s: %d bytes, %v", f.Name, len(got), err)
		}
	}
	giant := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00} // a window of 1 GiB
	if _, err := open(giant, []string{"zstd"}, &unseal.Keys{}); err == nil || !strings.Contains(err.Error(), "decompress") {
		t.Errorf("a giant window: %v", err)
	}
}
