package mysql_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

func TestReadOptionFile(t *testing.T) {
	site := wordpress.Database{Name: "wp", User: "wp", Password: "old", Host: "db.example.com", Port: 3307, TablePrefix: "wp_", TLS: wordpress.TLS{Enabled: true}}
	changed := func(change func(*wordpress.Database)) wordpress.Database {
		db := site
		change(&db)
		return db
	}
	for _, c := range []struct {
		file string
		want wordpress.Database
	}{
		{"", site},
		{"[mysqld]\nuser=mysql\nport=1\n[client]\nuser = backup # who\npassword=\"p#w'd \\\\ \\s\"\n", changed(func(d *wordpress.Database) { d.User, d.Password = "backup", "p#w'd \\  " })},
		{"[client]\npassword=\n", changed(func(d *wordpress.Database) { d.Password = "" })},
		{"[client]\nsocket=/run/x.sock\n", changed(func(d *wordpress.Database) { d.Host, d.Port, d.Socket = "", 0, "/run/x.sock" })},
		{"[client]\nhost=other\nport=1234\nsocket=/run/x.sock\n", changed(func(d *wordpress.Database) { d.Host, d.Port = "other", 1234 })},
		{"[client]\nhost=localhost\n", changed(func(d *wordpress.Database) { d.Host, d.Port = "localhost", 0 })},
		{"[client]\nhost=localhost\nprotocol=TCP\nport=99", changed(func(d *wordpress.Database) { d.Host, d.Port = "127.0.0.1", 99 })},
		{"[client]\nport=99", changed(func(d *wordpress.Database) { d.Port = 99 })},
		{"# c\n; c\n[ client-mariadb ]\nloose_ssl_ca=/ca.pem\ndatabase=x\nno-such=1\nquick\n", changed(func(d *wordpress.Database) {
			d.Name, d.TLS = "x", wordpress.TLS{Enabled: true, CAFile: "/ca.pem", Verify: wordpress.VerifyIdentity}
		})},
		{"[client]\nssl\n", changed(func(d *wordpress.Database) { d.TLS = wordpress.TLS{Enabled: true, SkipVerify: true} })},
		{"[client]\nssl\nssl-verify-server-cert\n", changed(func(d *wordpress.Database) { d.TLS = wordpress.TLS{Enabled: true, Verify: wordpress.VerifyIdentity} })},
		{"[client]\nssl-mode=VERIFY_CA\nssl-ca=/ca.pem\n", changed(func(d *wordpress.Database) {
			d.TLS = wordpress.TLS{Enabled: true, CAFile: "/ca.pem", Verify: wordpress.VerifyCA}
		})},
		{"[client]\nskip-ssl\n", changed(func(d *wordpress.Database) { d.TLS = wordpress.TLS{SkipVerify: true} })},
		{"[client]\nssl-mode=verify_identity\nssl-cert=c\nssl-key=k\n", changed(func(d *wordpress.Database) {
			d.TLS = wordpress.TLS{Enabled: true, CertFile: "c", KeyFile: "k", Verify: wordpress.VerifyIdentity}
		})},
	} {
		got, err := mysql.ReadOptionFile(strings.NewReader(c.file), site, 7)
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
		} else if got.Password.Reveal() != c.want.Password.Reveal() || got.Name != c.want.Name || got.User != c.want.User ||
			got.Host != c.want.Host || got.Port != c.want.Port || got.Socket != c.want.Socket || !reflect.DeepEqual(got.TLS, c.want.TLS) || got.TablePrefix != "wp_" {
			t.Errorf("%q: got %+v, want %+v", c.file, got, c.want)
		}
	}
	for _, bad := range []string{"!include /etc/passwd", "[client\nuser=x", "[client]\nport=secret1", "[client]\nport=99999", "[client]\nssl-mode=secret1", "!includedir /x"} {
		if _, err := mysql.ReadOptionFile(strings.NewReader(bad), site, 7); err == nil || strings.Contains(err.Error(), "secret1") {
			t.Errorf("%q: got %v; want an error without the value", bad, err)
		}
	}
}

// The stock client must read the same values.
func TestReadOptionFileAsTheStockClientDoes(t *testing.T) {
	for _, value := range []string{
		`plain`, `"quoted"`, `'single'`, `with#hash`, `"with#hash"`, `'a"b'`, `a\\b`, `a\sb`, `a\tb`, `a\qb`, `"a b"`, `a b`, `x # c`, `"x" # c`, `it's`, `\'`, `"a\"b"`, `=x`, `p=q`, `"`,
	} {
		file := filepath.Join(t.TempDir(), "my.cnf")
		if err := os.WriteFile(file, []byte("[client]\nuser = "+value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("my_print_defaults", "--defaults-file="+file, "client").Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(strings.TrimPrefix(string(out), "--user="), "\n")
		db, err := mysql.ReadOptionFile(strings.NewReader("[client]\nuser = "+value+"\n"), wordpress.Database{}, 7)
		if err != nil || db.User != want {
			t.Errorf("%s: got %q, %v; the stock client reads %q", value, db.User, err, want)
		}
	}
}
