package mysql

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // of the protocol
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

const told = "OPERATOR-pass-word"

// A thief is a server that asks for passwords in a given way and keeps what clients
// send. It stands for a tenant's server, which no real one can be configured to be.
type thief struct {
	net.Listener
	sync.Mutex
	heard []byte
}

func startThief(t *testing.T, greeting string, answers ...[]byte) *thief {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	th := &thief{Listener: l}
	var wait sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		wait.Wait()
	})
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			th.serve(c, greeting, answers)
		}
	})
	return th
}

// serve sends the greeting, and an answer to each packet.
func (th *thief) serve(c net.Conn, greeting string, answers [][]byte) {
	defer c.Close()
	flags := "\xff\xf7\x2d\x02\x00\xff\xdf\x15" // everything but TLS
	first := "\x0a8.0.40\x00\x07\x00\x00\x00abcdefgh\x00" + flags + strings.Repeat("\x00", 10) + "ijklmnopqrst\x00" + greeting + "\x00"
	for seq, answer := range append([][]byte{[]byte(first)}, append(answers, []byte("\xff\x15\x04#28000no"))...) {
		n := len(answer)
		if _, err := c.Write(append([]byte{byte(n), byte(n >> 8), 0, byte(2 * seq)}, answer...)); err != nil {
			return
		}
		b := make([]byte, 4096)
		n, err := c.Read(b)
		th.Lock()
		th.heard = append(th.heard, b[:n]...)
		th.Unlock()
		if err != nil {
			return
		}
	}
}

// knows reports whether the password is in what was heard, or can be decrypted from it.
func (th *thief) knows(key *rsa.PrivateKey) bool {
	th.Lock()
	defer th.Unlock()
	if strings.Contains(string(th.heard), told) {
		return true
	}
	size := key.Size()
	if len(th.heard) < size {
		return false
	}
	_, err := rsa.DecryptOAEP(sha1.New(), nil, key, th.heard[len(th.heard)-size:], nil)
	return err == nil
}

// The operator's password is neither sent in clear to a server that is not verified,
// nor encrypted with a key that this server supplies. The site's own password is sent
// as PHP would send it.
func TestOperatorsPasswordIsGuarded(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	pemKey := append([]byte{1}, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})...)
	seed := "abcdefghijklmnopqrst\x00"
	for name, c := range map[string]struct {
		greeting string
		answers  [][]byte
		site     bool // the site's own password is sent
	}{
		"caching_sha2":           {"caching_sha2_password", [][]byte{{1, 4}, pemKey}, true},
		"switch to caching_sha2": {"mysql_native_password", [][]byte{[]byte("\xfecaching_sha2_password\x00" + seed), {1, 4}, pemKey}, true},
		"sha256":                 {"sha256_password", [][]byte{pemKey}, false}, // the driver answers a greeting's sha256 natively
		"switch to sha256":       {"mysql_native_password", [][]byte{[]byte("\xfesha256_password\x00" + seed), pemKey}, true},
		"clear":                  {"mysql_native_password", [][]byte{[]byte("\xfemysql_clear_password\x00")}, false},
		"clear greeting":         {"mysql_clear_password", nil, false},
		"old":                    {"mysql_native_password", [][]byte{{0xfe}}, false},
		"dialog":                 {"mysql_native_password", [][]byte{[]byte("\xfedialog\x00\x04Password: ")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, operator := range []*wordpress.Operator{nil, {}, {TLS: true}} {
				th := startThief(t, c.greeting, c.answers...)
				db := wordpress.Database{
					Name: "x", User: "u", Password: told, Host: "127.0.0.1", Port: th.Addr().(*net.TCPAddr).Port, Operator: operator,
				}
				conn, err := Connect(t.Context(), db, Options{})
				if err == nil {
					_ = conn.Close()
					t.Fatal("connected")
				}
				_ = th.Close()
				if knows := th.knows(key); knows != (operator == nil && c.site) {
					t.Errorf("operator %+v: the server knows the password: %v (%v)", operator, knows, err)
				}
				if operator != nil && c.site && !errors.Is(err, errUnverified) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}
