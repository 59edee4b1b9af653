package archive

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// An opener reverses filters with standard tools.
type opener struct {
	name    string
	filters []Filter
	open    func(t testing.TB, in io.Reader) ([]byte, error)
}

// openers returns every filter and the stacks that backups use, with the standard tools
// that open them.
func openers(t testing.TB) []opener {
	t.Helper()
	ageKeys, gnupg := newAgeKeys(t), newGnuPG(t)
	unzstd, ungzip := byTool(nil, "zstd", "-dc"), byTool(nil, "gzip", "-dc")
	return []opener{
		{"zstd", []Filter{Zstd(0)}, unzstd},
		{"gzip", []Filter{Gzip(0)}, ungzip},
		{"age", []Filter{ageKeys.filter(t, "x25519")}, ageKeys.open("x25519")},
		{"gpg", []Filter{gnupg.sealTo(t, "default")}, gnupg.open},
		{"zstd+age", []Filter{Zstd(0), ageKeys.filter(t, "x25519", "ed25519")}, then(ageKeys.open("ed25519"), unzstd)},
		{"gzip+age", []Filter{Gzip(0), ageKeys.filter(t, "rsa")}, then(ageKeys.open("rsa"), ungzip)},
		{"zstd+gpg", []Filter{Zstd(0), gnupg.symmetric(t)}, then(gnupg.open, unzstd)},
	}
}

// stacks returns every filter and the stacks that backups use, without openers.
func stacks(t testing.TB) []opener {
	t.Helper()
	gpg := testGPG(t)
	return []opener{
		{name: "zstd", filters: []Filter{Zstd(0)}},
		{name: "gzip", filters: []Filter{Gzip(0)}},
		{name: "age", filters: []Filter{testAge(t)}},
		{name: "gpg", filters: []Filter{gpg}},
		{name: "zstd+age", filters: []Filter{Zstd(0), testAge(t)}},
		{name: "gzip+gpg", filters: []Filter{Gzip(0), gpg}},
	}
}

// then opens the outer filter, then the inner one.
func then(outer, inner func(testing.TB, io.Reader) ([]byte, error)) func(testing.TB, io.Reader) ([]byte, error) {
	return func(t testing.TB, in io.Reader) ([]byte, error) {
		t.Helper()
		middle, err := outer(t, in)
		if err != nil {
			return nil, err
		}
		return inner(t, bytes.NewReader(middle))
	}
}

func byTool(env []string, name string, args ...string) func(testing.TB, io.Reader) ([]byte, error) {
	return func(t testing.TB, in io.Reader) ([]byte, error) {
		t.Helper()
		return tool(t, in, env, name, args...)
	}
}

// tool runs a standard tool with in as its input, and returns its output. It returns an
// error if the tool fails. A missing tool fails the test.
func tool(t testing.TB, in io.Reader, env []string, name string, args ...string) ([]byte, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("this test needs %s: %v", name, err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = in
	cmd.Env = append(os.Environ(), env...)
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	err = cmd.Run()
	if err != nil {
		t.Logf("%s %s: %v: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(msg.Bytes()))
	}
	return out.Bytes(), err
}

// mustRun fails the test if the tool fails.
func mustRun(t testing.TB, in io.Reader, env []string, name string, args ...string) []byte {
	t.Helper()
	out, err := tool(t, in, env, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// filtered returns data through the filters.
func filtered(t testing.TB, data []byte, piece int, filters ...Filter) []byte {
	t.Helper()
	var out bytes.Buffer
	s, err := Chain(&out, filters...)
	if err != nil {
		t.Fatal(err)
	}
	if err := writePieces(s, data, piece); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// ageKeys holds identities for age: x25519, ed25519 and rsa.
type ageKeys struct{ dir string }

func newAgeKeys(t testing.TB) ageKeys {
	t.Helper()
	a := ageKeys{t.TempDir()}
	mustRun(t, nil, nil, "age-keygen", "-o", a.identity("x25519"))
	public := mustRun(t, nil, nil, "age-keygen", "-y", a.identity("x25519"))
	if err := os.WriteFile(a.identity("x25519.pub"), public, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"ed25519", "rsa"} {
		mustRun(t, nil, nil, "ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "ops@example.com", "-f", a.identity(kind))
	}
	return a
}

func (a ageKeys) identity(name string) string { return filepath.Join(a.dir, name) }

// public returns the recipients of those names, in the format of their files.
func (a ageKeys) public(t testing.TB, names ...string) string {
	t.Helper()
	var lines strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(a.identity(name + ".pub"))
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(text)
	}
	return lines.String()
}

func (a ageKeys) filter(t testing.TB, names ...string) Filter {
	t.Helper()
	recipients, _, err := ParseAgeRecipients(strings.NewReader(a.public(t, names...)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Age(recipients...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (a ageKeys) open(name string) func(testing.TB, io.Reader) ([]byte, error) {
	return byTool(nil, "age", "-d", "-i", a.identity(name))
}

// testAge returns an age filter for a recipient whose identity is discarded.
func testAge(t testing.TB) Filter {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	f, err := Age(id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// testGPG returns a gpg filter for a key whose secret part is discarded.
func testGPG(t testing.TB) Filter {
	t.Helper()
	entity, err := openpgp.NewEntity("test", "", "", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	if err != nil {
		t.Fatal(err)
	}
	key, err := gpgKey(&openpgp.Entity{
		PrimaryKey: entity.PrimaryKey, Identities: entity.Identities, Subkeys: entity.Subkeys,
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, err := GPGKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A gnuPG is a home folder of GnuPG with a key named default.
type gnuPG struct{ env []string }

const testPassphrase = "correct horse battery staple"

func newGnuPG(t testing.TB) gnuPG {
	t.Helper()
	home := t.TempDir()
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	g := gnuPG{[]string{"GNUPGHOME=" + home}}
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run() })
	g.generate(t, "default", "future-default", "default", "never")
	return g
}

// generate creates a key; algo, usage and expiry are those of gpg --quick-generate-key.
func (g gnuPG) generate(t testing.TB, name, algo, usage, expiry string) {
	t.Helper()
	g.run(t, nil, "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", name, algo, usage, expiry)
}

func (g gnuPG) run(t testing.TB, in io.Reader, args ...string) []byte {
	t.Helper()
	return mustRun(t, in, g.env, "gpg", append([]string{"--batch", "--yes", "--quiet"}, args...)...)
}

func (g gnuPG) open(t testing.TB, in io.Reader) ([]byte, error) {
	t.Helper()
	return tool(t, in, g.env, "gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", testPassphrase, "--decrypt")
}

func (g gnuPG) symmetric(t testing.TB) Filter {
	t.Helper()
	p, err := ParsePassphrase(testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	f, err := GPGPassphrase(p)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sealTo returns a filter that seals to the keys of those names.
func (g gnuPG) sealTo(t testing.TB, names ...string) Filter {
	t.Helper()
	keys, err := ParseGPGKeys(bytes.NewReader(g.run(t, nil, append([]string{"--export", "--armor"}, names...)...)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, err := GPGKeys(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
