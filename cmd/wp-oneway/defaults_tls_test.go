package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// The certificates and the key that the operator's option file names are read with the operator's
// rights. A worker connects with them, although its user may not read them. A file that a tenant
// may change, and a key that a tenant may read, are refused.
func TestTLSFilesOfTheOptionFile(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	cert, key := selfSigned(t)
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

// selfSigned returns a self-signed certificate for servers and clients, and its key.
func selfSigned(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
}
