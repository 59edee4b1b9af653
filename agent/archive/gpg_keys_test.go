package archive

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Streams can be sealed to all kinds of keys that gpg generates.
func TestGPGKeysOfEveryKind(t *testing.T) {
	g := newGnuPG(t)
	g.generate(t, "usual", "default", "default", "never")
	g.generate(t, "nist", "nistp256", "cert,sign", "never")
	g.run(t, nil, "--pinentry-mode", "loopback", "--passphrase", "", "--quick-add-key", g.fingerprint(t, "nist"), "nistp256", "encr", "1y")
	g.generate(t, "simple", "rsa2048", "sign,cert,encr", "never") // without a subkey
	g.generate(t, "old", "rsa2048", "sign,cert,encr", "never")
	g.run(t, strings.NewReader("setpref AES128 SHA256 ZIP\nsave\n"), "--pinentry-mode", "loopback", "--passphrase", "", "--command-fd", "0", "--edit-key", "old")
	for _, name := range []string{"default", "usual", "nist", "simple", "old"} {
		sealed := filtered(t, sqlText(200<<10), 1000, g.sealTo(t, name))
		got, err := g.open(t, bytes.NewReader(sealed))
		if err != nil || !bytes.Equal(got, sqlText(200<<10)) {
			t.Errorf("%s: got %d bytes back: %v", name, len(got), err)
		}
	}
}

// Each of two keys can open the stream alone.
func TestEachGPGKeyOpens(t *testing.T) {
	alice, bob := newGnuPG(t), newGnuPG(t)
	both := append(alice.run(t, nil, "--export", "--armor"), bob.run(t, nil, "--export", "--armor")...)
	binary := append(alice.run(t, nil, "--export"), bob.run(t, nil, "--export")...)
	for _, text := range [][]byte{both, binary, append([]byte("Übergabe\n\n"), both...)} {
		keys, err := ParseGPGKeys(bytes.NewReader(text), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) != 2 || keys[0].Fingerprint != alice.fingerprint(t, "default") || keys[1].Fingerprint != bob.fingerprint(t, "default") {
			t.Fatalf("keys %v", keys)
		}
		if !HoldsGPGKeys(text) {
			t.Errorf("%.20q is not recognized as keys", text)
		}
		f, err := GPGKeys(keys...)
		if err != nil {
			t.Fatal(err)
		}
		sealed := filtered(t, []byte("data"), 4, f)
		for _, g := range []gnuPG{alice, bob} {
			if got, err := g.open(t, bytes.NewReader(sealed)); err != nil || string(got) != "data" {
				t.Errorf("%q, %v", got, err)
			}
		}
		if _, err := newGnuPG(t).open(t, bytes.NewReader(sealed)); err == nil {
			t.Error("the key of another person opens it")
		}
	}
}

// A message consists of packets that GnuPG 2.2 supports: AES-256, an integrity code, the
// maximum stretching, no compression.
func TestGPGMessageIsConservative(t *testing.T) {
	g := newGnuPG(t)
	for _, test := range []struct {
		filter Filter
		want   []string
	}{
		{g.symmetric(t), []string{":symkey enc packet: version 4, cipher 9, aead 0,s2k 3, hash 8", "count 65011712 (255)"}},
		{g.sealTo(t, "default"), []string{":pubkey enc packet: version 3"}},
	} {
		sealed := filtered(t, sqlText(300<<10), 1000, test.filter)
		packets, err := tool(t, bytes.NewReader(sealed), g.env, "gpg", "--batch", "--verbose", "--pinentry-mode", "loopback", "--passphrase", testPassphrase, "--list-packets")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range append(test.want, "mdc_method: 2", ":literal data packet:", "mode b", `name=""`) {
			if !strings.Contains(string(packets), want) {
				t.Errorf("no %q in %s", want, packets)
			}
		}
		if strings.Contains(string(packets), "compressed") || strings.Contains(string(packets), "aead encrypted") {
			t.Errorf("%s", packets)
		}
	}
}

// The OpenPGP library can read the messages as well.
func TestLibraryOpensGPG(t *testing.T) {
	data := sqlText(300 << 10)
	for _, size := range []int{0, 1, 100 << 10, 300 << 10} {
		sealed := filtered(t, data[:size], 777, gnuPG{}.symmetric(t))
		prompt := func([]openpgp.Key, bool) ([]byte, error) { return []byte(testPassphrase), nil }
		m, err := openpgp.ReadMessage(bytes.NewReader(sealed), nil, prompt, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(m.UnverifiedBody) // which checks the integrity code
		if err != nil || !bytes.Equal(got, data[:size]) {
			t.Errorf("%d of %d bytes: %v", len(got), size, err)
		}
	}
}

func TestParseGPGKeysRefuses(t *testing.T) {
	g := newGnuPG(t)
	public := g.run(t, nil, "--export", "--armor")
	g.generate(t, "signer", "rsa2048", "sign", "never")
	g.generate(t, "shortlived", "rsa2048", "sign,cert,encr", "1d")
	g.generate(t, "dsa", "dsa2048", "sign,cert", "never")
	g.run(t, nil, "--pinentry-mode", "loopback", "--passphrase", "", "--quick-add-key", g.fingerprint(t, "dsa"), "elg2048", "encr", "never")
	g.generate(t, "gone", "rsa2048", "sign,cert,encr", "never")
	g.revoke(t, "gone")
	loopback := []string{"--pinentry-mode", "loopback", "--passphrase", "", "--export-secret-keys"}
	message := g.run(t, strings.NewReader("x"), "--armor", "--store")
	now := time.Now()
	for _, test := range []struct {
		name string
		text []byte
		now  time.Time
		want string
	}{
		{"nothing", nil, now, "there are none"},
		{"words", []byte("hunter2\n"), now, "there are none"},
		{"secret key, armored", g.run(t, nil, append(loopback, "--armor", "default")...), now, "secret key"},
		{"secret key", g.run(t, nil, append(loopback, "default")...), now, "secret key"},
		{"secret key after a public one", append(append([]byte{}, public...), g.run(t, nil, append(loopback, "--armor", "default")...)...), now, "secret key"},
		{"cannot encrypt", g.run(t, nil, "--export", "signer"), now, "no encryption-capable key"},
		{"DSA and ElGamal", g.run(t, nil, "--export", "dsa"), now, "weak algorithms are rejected"},
		{"revoked", g.run(t, nil, "--export", "gone"), now, "revoked"},
		{"expired", g.run(t, nil, "--export", "shortlived"), now.Add(48 * time.Hour), "expired"},
		{"one of several expired", g.run(t, nil, "--export", "default", "shortlived"), now.Add(48 * time.Hour), "expired"},
		{"a message", message, now, "not a public key"},
		{"second one broken", append(append([]byte{}, public...), "-----BEGIN PGP PUBLIC KEY BLOCK-----\nx\n"...), now, "1 of 2 armored blocks"},
		{"cut", public[:len(public)/2], now, "read gpg keys"},
		{"cut, binary", g.run(t, nil, "--export", "default")[:300], now, "read gpg keys"},
		{"version 6", versionSix(t), now, "version 6"},
		{"too long", bytes.Repeat([]byte("x"), maxKeys+1), now, "longer than"},
	} {
		keys, err := ParseGPGKeys(bytes.NewReader(test.text), test.now)
		if err == nil || !strings.Contains(err.Error(), test.want) || err.Error() != printable(err.Error()) {
			t.Errorf("%s: %v, %v; want %q", test.name, keys, err, test.want)
		}
	}
	if _, err := GPGKeys(); err == nil {
		t.Error("no error without keys")
	}
}

func TestHoldsGPGKeys(t *testing.T) {
	for _, text := range []string{"", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "# schlüssel\nage1", "äge", "ssh-ed25519 AAAA"} {
		if HoldsGPGKeys([]byte(text)) {
			t.Errorf("%q is recognized as OpenPGP keys", text)
		}
	}
}

// All accepted keys can be sealed to.
func FuzzParseGPGKeys(f *testing.F) {
	g := newGnuPG(f)
	f.Add(g.run(f, nil, "--export", "--armor"))
	f.Add(g.run(f, nil, "--export"))
	f.Add([]byte("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n"))
	now := time.Now()
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := ParseGPGKeys(bytes.NewReader(text), now)
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys and %v", len(keys), err)
		}
		for _, key := range keys {
			if len(key.Fingerprint) != 40 {
				t.Errorf("fingerprint %q", key.Fingerprint)
			}
		}
	})
}

// fingerprint returns the fingerprint of a key.
func (g gnuPG) fingerprint(t testing.TB, name string) string {
	t.Helper()
	for line := range strings.Lines(string(g.run(t, nil, "--with-colons", "--list-keys", name))) {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" {
			return fields[9]
		}
	}
	t.Fatalf("gpg has no key %s", name)
	return ""
}

// revoke imports the revocation certificate that gpg created with the key.
func (g gnuPG) revoke(t testing.TB, name string) {
	t.Helper()
	_, home, _ := strings.Cut(g.env[0], "=")
	text, err := os.ReadFile(filepath.Join(home, "openpgp-revocs.d", g.fingerprint(t, name)+".rev"))
	if err != nil {
		t.Fatal(err)
	}
	g.run(t, strings.NewReader(strings.Replace(string(text), ":-----BEGIN", "-----BEGIN", 1)), "--import")
}

// versionSix returns a public key of version 6, which GnuPG does not support.
func versionSix(t testing.TB) []byte {
	t.Helper()
	entity, err := openpgp.NewEntity("six", "", "", &packet.Config{V6Keys: true, Algorithm: packet.PubKeyAlgoEd25519})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := entity.Serialize(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
