package dump_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// certificate writes a self-signed certificate for localhost and its key.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	certPEM, keyPEM, err := lab.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, content := range map[string][]byte{cert: certPEM, key: keyPEM} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A way is one way to connect.
type way struct {
	name string
	db   wordpress.Database
	want string // part of the error; "" if the connection must succeed
}

func tryWays(t *testing.T, f *flavour, ways []way) {
	t.Helper()
	f.run(t, "ways", "CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB); INSERT INTO t VALUES (1, REPEAT('x', 1000000)), (2, 'end')")
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			w.db.Name = "ways"
			text, report, err := tryDump(t.Context(), w.db, dump.Options{})
			switch {
			case w.want == "" && (err != nil || !completed(text) || report.Rows != 2 || len(text) < 1000000):
				t.Errorf("got %v, %d bytes", err, len(text))
			case w.want != "" && (err == nil || !strings.Contains(err.Error(), w.want)):
				t.Errorf("got %v; want an error about %q", err, w.want)
			case err != nil && strings.Contains(err.Error(), "pass-word"):
				t.Errorf("the error contains the password: %v", err)
			}
		})
	}
}

func TestConnectMariaDB(t *testing.T) {
	f := mariaDB(t)
	dir := t.TempDir()
	cert, key := f.cert, f.key
	f.database(t, "ways")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the account may be root, which the other tests use
		f.run(t, "", fmt.Sprintf("DROP USER IF EXISTS plain@'%%', ed@'%%', tls@'%%', edtls@'%%', twin@localhost; CREATE USER IF NOT EXISTS `%s`@localhost; ALTER USER `%[1]s`@localhost IDENTIFIED BY ''", me.Username))
	})
	f.run(t, "", fmt.Sprintf("CREATE USER plain@'%%' IDENTIFIED BY 'pass-word'; CREATE USER ed@'%%' IDENTIFIED VIA ed25519 USING PASSWORD('pass-word'); "+
		"CREATE USER tls@'%%' IDENTIFIED BY 'pass-word' REQUIRE SSL; CREATE USER edtls@'%%' IDENTIFIED VIA ed25519 USING PASSWORD('pass-word') REQUIRE SSL; CREATE USER IF NOT EXISTS `%s`@localhost; "+
		"ALTER USER `%[1]s`@localhost IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('other'); CREATE USER twin@localhost IDENTIFIED VIA unix_socket", me.Username))
	for _, u := range []string{"plain@'%'", "ed@'%'", "tls@'%'", "edtls@'%'", "`" + me.Username + "`@localhost"} {
		f.run(t, "", "GRANT ALL ON ways.* TO "+u)
	}
	other, _ := certificate(t, t.TempDir())
	tcp := func(user, host string, tls wordpress.TLS) wordpress.Database {
		return wordpress.Database{User: user, Password: "pass-word", Host: host, Port: f.port, TLS: tls}
	}
	verified, blind := wordpress.TLS{Enabled: true, CAFile: cert}, wordpress.TLS{Enabled: true, SkipVerify: true}
	socket := wordpress.Database{User: me.Username, Socket: f.socket}
	tryWays(t, f, []way{
		{"native", tcp("plain", "127.0.0.1", wordpress.TLS{}), ""},
		{"ipv6", tcp("plain", "::1", wordpress.TLS{}), ""},
		{"ipv6 in brackets", tcp("plain", "[::1]", wordpress.TLS{}), ""},
		{"persistent, to PHP", tcp("plain", "p:127.0.0.1", wordpress.TLS{}), ""},
		{"ed25519", tcp("ed", "127.0.0.1", wordpress.TLS{}), ""},
		{"socket of the account", socket, ""},
		{"socket of another account", wordpress.Database{User: "twin", Socket: f.socket}, "Access denied"},
		{"wrong password", wordpress.Database{User: "plain", Password: "not-pass-word", Host: "127.0.0.1", Port: f.port}, "Access denied"},
		{"TLS demanded by the server", tcp("tls", "127.0.0.1", wordpress.TLS{}), "Access denied"},
		{"TLS", tcp("tls", "::1", verified), ""},
		{"TLS by ed25519", tcp("edtls", "::1", verified), ""},
		{"TLS, no file, as PHP", tcp("tls", "::1", wordpress.TLS{Enabled: true}), ""},
		{"TLS, unknown authority", tcp("tls", "::1", wordpress.TLS{Enabled: true, Verify: wordpress.VerifyIdentity}), "certificate"},
		{"TLS, another authority", tcp("tls", "::1", wordpress.TLS{Enabled: true, CAFile: other}), "certificate"},
		{"TLS, another name", tcp("tls", "127.0.0.1", verified), "certificate"},
		{"TLS, another name, authority verified", tcp("tls", "127.0.0.1", wordpress.TLS{Enabled: true, CAFile: cert, Verify: wordpress.VerifyCA}), ""},
		{"TLS, another authority verified", tcp("tls", "127.0.0.1", wordpress.TLS{Enabled: true, CAFile: other, Verify: wordpress.VerifyCA}), "certificate"},
		{"TLS over the socket, authority verified", wordpress.Database{User: "tls", Password: "pass-word", Socket: f.socket, TLS: wordpress.TLS{Enabled: true, CAFile: cert, Verify: wordpress.VerifyCA}}, ""},
		{"TLS over the socket, another authority", wordpress.Database{User: "tls", Password: "pass-word", Socket: f.socket, TLS: wordpress.TLS{Enabled: true, CAFile: other, Verify: wordpress.VerifyCA}}, "certificate"},
		{"persistent with a port, to PHP", wordpress.Database{User: "plain", Password: "pass-word", Host: fmt.Sprintf("p:127.0.0.1:%d", f.port)}, ""},
		{"TLS, unverified", tcp("tls", "127.0.0.1", blind), ""},
		{"TLS over the socket", wordpress.Database{User: "tls", Password: "pass-word", Socket: f.socket, TLS: blind}, ""},
		{"TLS, no such file", tcp("tls", "::1", wordpress.TLS{Enabled: true, CAFile: dir + "/none"}), dir + "/none"},
		{"TLS, not a file", tcp("tls", "::1", wordpress.TLS{Enabled: true, CAFile: dir}), "regular"},
		{"TLS, not a certificate", tcp("tls", "::1", wordpress.TLS{Enabled: true, CAFile: key}), "certificate"},
		{"no server", wordpress.Database{User: "x", Host: "127.0.0.1", Port: 1}, "refused"},
	})
}

func TestConnectMySQL(t *testing.T) {
	f := mySQL(t)
	f.database(t, "ways")
	users := []string{"sha@'%'", "shatls@'%'", "sha256@'%'", "sha256tls@'%'", "op@'%'"}
	f.run(t, "", "DROP USER IF EXISTS "+strings.Join(users, ", ")+"; CREATE USER sha@'%' IDENTIFIED BY 'pass-word'; CREATE USER shatls@'%' IDENTIFIED BY 'pass-word' REQUIRE SSL; "+
		"CREATE USER sha256@'%' IDENTIFIED WITH sha256_password BY 'pass-word'; CREATE USER sha256tls@'%' IDENTIFIED WITH sha256_password BY 'pass-word' REQUIRE SSL; "+
		"CREATE USER op@'%' IDENTIFIED BY 'pass-word'")
	for _, u := range users {
		f.run(t, "", "GRANT ALL ON ways.* TO "+u)
	}
	t.Cleanup(func() { f.run(t, "", "DROP USER "+strings.Join(users, ", ")) })
	blind := wordpress.TLS{Enabled: true, SkipVerify: true}
	as := func(user string, tls wordpress.TLS) wordpress.Database {
		return wordpress.Database{User: user, Password: "pass-word", Host: "127.0.0.1", Port: f.port, TLS: tls}
	}
	operators := func(db wordpress.Database) wordpress.Database {
		db.Operator = &wordpress.Operator{TLS: true}
		return db
	}
	tryWays(t, f, []way{
		{"caching_sha2, public key", as("sha", wordpress.TLS{}), ""},
		{"caching_sha2, cached", as("sha", wordpress.TLS{}), ""},
		{"caching_sha2, TLS", as("shatls", blind), ""},
		{"caching_sha2, TLS, cached", as("shatls", blind), ""},
		{"caching_sha2, socket", wordpress.Database{User: "sha", Password: "pass-word", Socket: f.socket}, ""},
		{"sha256, public key", as("sha256", wordpress.TLS{}), ""},
		{"sha256, TLS", as("sha256", blind), ""},
		{"sha256, TLS required", as("sha256tls", blind), ""},
		{"sha256, socket", wordpress.Database{User: "sha256", Password: "pass-word", Socket: f.socket}, ""},
		{"operator's, public key", operators(as("op", wordpress.TLS{})), "does not verify the server"},
		{"operator's, unverified TLS", operators(as("op", blind)), "does not verify the server"},
		{"operator's, sha256, unverified TLS", operators(as("sha256", blind)), "does not verify the server"},
		{"operator's, socket", operators(wordpress.Database{User: "op", Password: "pass-word", Socket: f.socket}), ""},
		{"operator's, cached", operators(as("op", wordpress.TLS{})), ""},
		{"wrong password", wordpress.Database{User: "sha", Password: "not-pass-word", Host: "127.0.0.1", Port: f.port}, "Access denied"},
		{"wrong password, TLS", wordpress.Database{User: "sha", Password: "not-pass-word", Host: "127.0.0.1", Port: f.port, TLS: blind}, "Access denied"},
	})
}

// PHP does not verify the certificate of a server if the configuration names no CA file.
func TestUnverifiedServerIsAWarning(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "unverified")
	f.run(t, "", "CREATE OR REPLACE USER unverified@'%' IDENTIFIED BY 'pass-word'; GRANT ALL ON unverified.* TO unverified@'%'")
	t.Cleanup(func() { f.run(t, "", "DROP USER unverified@'%'") })
	for _, c := range []struct {
		tls  wordpress.TLS
		want bool
	}{
		{wordpress.TLS{}, false},
		{wordpress.TLS{Enabled: true}, true},
		{wordpress.TLS{Enabled: true, SkipVerify: true}, false}, // the configuration disables the verification
		{wordpress.TLS{Enabled: true, CAFile: f.cert, Verify: wordpress.VerifyCA}, false},
	} {
		site := wordpress.Database{Name: db, User: "unverified", Password: "pass-word", Host: "127.0.0.1", Port: f.port, TLS: c.tls}
		_, report, err := tryDump(t.Context(), site, dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if warned := strings.Contains(fmt.Sprint(report.Warnings), "certificate is not verified"); warned != c.want {
			t.Errorf("%+v: %v", c.tls, report.Warnings)
		}
	}
}

// A server that speaks another protocol, or sends nothing, does not block a backup
// forever: connecting ends when its context ends.
func TestConnectToOtherProtocol(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	says := make(chan string, 1)
	go func() {
		for s := range says {
			if c, err := l.Accept(); err == nil {
				_, _ = c.Write([]byte(s))
				t.Cleanup(func() { _ = c.Close() })
			}
		}
	}()
	defer close(says)
	db := wordpress.Database{Name: "x", User: "x", Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}
	for _, s := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "\x00\x00\x00\x00", "\x05\x00\x00\x00\x0a8.0\x00", "\x10\x00\x00\x00\xff\x10\x04Too many conne", ""} {
		says <- s
		late := errors.New("the test's timeout")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 500*time.Millisecond, late)
		d, err := dump.Open(ctx, db, dump.Options{})
		cancel()
		if err == nil {
			_ = d.Close()
			t.Errorf("%q: connected", s)
		}
		if s == "" && !errors.Is(err, late) {
			t.Errorf("%q: got %v; want the context's cause", s, err)
		}
	}
}
