package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// The certificates and the key that the operator's option file names are read with the operator's
// rights. A worker connects with them, although its user may not read them. A file that a tenant
// may change, and a key that a tenant may read, are refused.
func TestTLSFilesOfTheOptionFile(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	cert, key, err := lab.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	files := map[string][]byte{"ca.pem": cert, "cert.pem": cert, "key.pem": key}
	write := func(dir string) {
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(folder)
	db, err := lab.StartMariaDB(t.Context(), t.TempDir(), "--ssl-ca="+folder+"/ca.pem", "--ssl-cert="+folder+"/cert.pem", "--ssl-key="+folder+"/key.pem")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Stop() })
	if err := db.Exec(t.Context(), "CREATE DATABASE secure", "CREATE TABLE secure.wp_posts (id INT PRIMARY KEY)",
		"CREATE USER secure@'%' IDENTIFIED BY 'pw' REQUIRE X509", "GRANT ALL ON secure.* TO secure@'%'"); err != nil {
		t.Fatal(err)
	}
	site := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	for name, c := range map[string]struct {
		change func(dir string) error
		want   string // part of the error; "" is success
	}{
		"root's alone":          {func(string) error { return nil }, ""},
		"a tenant's authority":  {func(dir string) error { return os.Chown(dir+"/ca.pem", alice, alice) }, "ssl-ca"},
		"a tenant's folder":     {func(dir string) error { return os.Chown(dir, alice, alice) }, "ssl-ca"},
		"a key open to tenants": {func(dir string) error { return os.Chmod(dir+"/key.pem", 0o644) }, "ssl-key"},
		"no such certificate":   {func(dir string) error { return os.Remove(dir + "/cert.pem") }, "ssl-cert"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, defaults := t.TempDir(), filepath.Join(t.TempDir(), "my.cnf")
			write(dir)
			text := fmt.Sprintf("[client]\nhost=127.0.0.1\nport=%d\nuser=secure\npassword=pw\ndatabase=secure\nssl-mode=VERIFY_CA\nssl-ca=%[2]s/ca.pem\nssl-cert=%[2]s/cert.pem\nssl-key=%[2]s/key.pem\n", db.Port, dir)
			if err := os.WriteFile(defaults, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			code, _, stderr := newHost(t).run("backup", site, "--kind", "db", "--name", "x", "--to", t.TempDir(), "--db-defaults-file", defaults)
			if (code == 0) != (c.want == "") || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "PRIVATE") {
				t.Errorf("exit status %d\n%s", code, stderr)
			}
		})
	}
}
