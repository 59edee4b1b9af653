package archive

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
)

func TestParseAgeRecipients(t *testing.T) {
	a := newAgeKeys(t)
	text := "# the safe\n\n  " + a.public(t, "x25519") + "\r\n" + a.public(t, "ed25519", "rsa", "x25519")
	recipients, public, err := ParseAgeRecipients(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(recipients) != 3 || len(public) != 3 {
		t.Fatalf("%d recipients, texts %q", len(recipients), public)
	}
	if public[0] != strings.TrimSpace(a.public(t, "x25519")) {
		t.Errorf("text %q", public[0])
	}
	for i, kind := range []string{"ssh-ed25519 ", "ssh-rsa "} {
		if got := public[i+1]; !strings.HasPrefix(got, kind) || strings.Contains(got, "ops@") {
			t.Errorf("text %q", got)
		}
	}
	again, _, err := ParseAgeRecipients(strings.NewReader(strings.Join(public, "\n")))
	if err != nil || len(again) != 3 {
		t.Errorf("the texts are parsed as %d recipients: %v", len(again), err)
	}
}

// Each of several recipients can open the stream alone.
func TestEachRecipientOpens(t *testing.T) {
	a := newAgeKeys(t)
	sealed := filtered(t, []byte("data"), 4, a.filter(t, "x25519", "ed25519", "rsa"))
	for _, name := range []string{"x25519", "ed25519", "rsa"} {
		got, err := a.open(name)(t, bytes.NewReader(sealed))
		if err != nil || string(got) != "data" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := newAgeKeys(t).open("x25519")(t, bytes.NewReader(sealed)); err == nil {
		t.Error("the identity of another person opens it")
	}
}

// This test decrypts with the library, because Debian's age does not support these
// recipients.
func TestPostQuantumRecipient(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	recipients, public, err := ParseAgeRecipients(strings.NewReader(id.Recipient().String()))
	if err != nil {
		t.Fatal(err)
	}
	if public[0] != id.Recipient().String() {
		t.Errorf("text %q", public[0])
	}
	f, err := Age(recipients...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(filtered(t, []byte("data"), 4, f)), id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "data" {
		t.Errorf("%q, %v", got, err)
	}
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Age(append(recipients, x.Recipient())...); err == nil {
		t.Error("a post-quantum recipient is accepted together with another one")
	}
}

func TestAgeNeedsRecipients(t *testing.T) {
	if _, err := Age(); err == nil {
		t.Error("no error without recipients")
	}
}

func TestParseAgeRecipientsRefuses(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	good, secret := id.Recipient().String(), id.String()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "there are none"},
		{"comments alone", "# " + good + "\n\n", "there are none"},
		{"secret key", good + "\n" + secret, "line 2: this is a secret key"},
		{"secret key in lower case", strings.ToLower(secret), "line 1: this is a secret key"},
		{"identity file", "# created\n# public key: " + good + "\n" + secret, "line 3: this is a secret key"},
		{"recipient and secret key", good + " " + secret, "line 1: this is a secret key"},
		{"SSH private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE", "line 1: this is a secret key"},
		{"one letter off", good[:20] + "b" + good[21:], "line 1: malformed age1 recipient"},
		{"cut", good[:len(good)-1], "line 1: malformed age1 recipient"},
		{"upper case", strings.ToUpper(good), "line 1: not an age recipient"},
		{"two on a line", good + " " + good, "line 1: malformed age1 recipient"},
		{"plugin", "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "of a plugin"},
		{"post-quantum, cut", "age1pq1abc", "line 1: malformed age1pq1 recipient"},
		{"SSH, cut", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "line 1: malformed SSH public key"},
		{"SSH of another type", "ecdsa-sha2-nistp256 AAAA", "line 1: not an age recipient"},
		{"SSH with options", `command="x" ssh-ed25519 AAAA`, "line 1: not an age recipient"},
		{"DSA", "ssh-dss AAAAB3NzaC1kc3MAAACBAP", "line 1: malformed SSH public key"},
		{"a key of low order", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "line 1: cannot seal to this key"},
		{"words", "hunter2", "line 1: not an age recipient"},
		{"OpenPGP", "-----BEGIN PGP PUBLIC KEY BLOCK-----", "line 1: not an age recipient"},
		{"too long", strings.Repeat("#\n", maxKeys), "longer than"},
	} {
		_, _, err := ParseAgeRecipients(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want %q", test.name, err, test.want)
			continue
		}
		checkNotRepeated(t, err, test.text)
	}
}

func TestShortRSAKeyIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, nil, nil, "ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", dir+"/key")
	_, _, err := ParseAgeRecipients(bytes.NewReader(mustRun(t, nil, nil, "cat", dir+"/key.pub")))
	if err == nil || !strings.Contains(err.Error(), "too small") {
		t.Errorf("%v", err)
	}
}

// checkNotRepeated checks that an error contains no word of text that may be a key.
func checkNotRepeated(t *testing.T, err error, text string) {
	t.Helper()
	for _, word := range strings.Fields(text) {
		if len(word) > 16 && strings.Contains(err.Error(), word[5:]) {
			t.Errorf("the error repeats %q: %v", word, err)
		}
	}
}

// The texts of parsed recipients are parsed to the same recipients. All can be sealed
// to, and none is a secret key.
func FuzzParseAgeRecipients(f *testing.F) {
	for _, seed := range []string{
		"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
		"# comment\n\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@host",
		"AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQS9AGMQH",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ", "age1\x00", "\xff\xfe", "age1pq1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		recipients, public, err := ParseAgeRecipients(strings.NewReader(text))
		if err != nil {
			if len(recipients)+len(public) > 0 {
				t.Error("recipients together with an error")
			}
			if strings.Contains(strings.ToUpper(err.Error()), "AGE-SECRET-KEY-1") {
				t.Errorf("the error repeats a secret: %v", err)
			}
			return
		}
		if len(recipients) != len(public) || len(recipients) == 0 {
			t.Fatalf("%d recipients, %d texts", len(recipients), len(public))
		}
		_, again, err := ParseAgeRecipients(strings.NewReader(strings.Join(public, "\n")))
		if err != nil || fmt.Sprint(again) != fmt.Sprint(public) {
			t.Errorf("%q is parsed as %q: %v", public, again, err)
		}
		for i, r := range recipients {
			if _, err := age.Encrypt(io.Discard, r); err != nil {
				t.Errorf("cannot seal to %q: %v", public[i], err)
			}
		}
	})
}
