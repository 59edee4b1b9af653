package mysql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// tlsConfig returns the TLS settings of the configuration, or nil for a connection
// without TLS.
func tlsConfig(t wordpress.TLS, host string) (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		pem, err := readTLSFile(t, t.CAFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read %s: it contains no certificate", t.CAFile)
		}
	}
	switch {
	case !verifies(t, host):
		c.InsecureSkipVerify = true
	case t.Verify == wordpress.VerifyCA:
		c.InsecureSkipVerify, c.VerifyConnection = true, verifyChain(c.RootCAs)
	}
	if t.CertFile != "" {
		cert, err := readTLSFile(t, t.CertFile)
		if err != nil {
			return nil, err
		}
		key, err := readTLSFile(t, t.KeyFile)
		if err != nil {
			return nil, err
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", t.CertFile, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// verifies reports whether the server's certificate is verified. A socket has no host
// name that a certificate could be for.
func verifies(t wordpress.TLS, host string) bool {
	return t.Enabled && !t.SkipVerify && !t.Unverified() && (host != "" || t.Verify == wordpress.VerifyCA)
}

// verifyChain returns a check of a server's certificate against the roots, whatever
// host it is for.
func verifyChain(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("the server sent no certificate")
		}
		o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
		for _, c := range s.PeerCertificates[1:] {
			o.Intermediates.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(o)
		return err
	}
}

// readTLSFile returns the content of a certificate or a key.
func readTLSFile(t wordpress.TLS, path string) ([]byte, error) {
	if text, known := t.Files[path]; known {
		return []byte(text.Reveal()), nil
	}
	return readSmallFile(path)
}

// readSmallFile reads a regular file of at most a mebibyte. It does not wait for the
// writer of a FIFO.
func readSmallFile(path string) ([]byte, error) {
	f, err := os.OpenFile(filepath.Clean(path), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file", path)
	}
	return io.ReadAll(io.LimitReader(f, 1<<20))
}
