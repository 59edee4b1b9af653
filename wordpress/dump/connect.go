package dump

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// connectPatience bounds how long connecting and proving who we are may take.
const connectPatience = 20 * time.Second

// socketPlaces are where servers put their socket when PHP is told "localhost" only.
func socketPlaces() []string {
	return []string{
		"/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/tmp/mysql.sock",
		"/var/lib/mysql/mysql.sock", "/run/mysql/mysql.sock", "/var/mysql/mysql.sock",
	}
}

// An address is where a server listens.
type address struct {
	network string // unix or tcp
	places  []string
	guessed bool   // nobody said where it is
	host    string // for TLS; "" with a socket
}

// where reads the address as PHP's mysqli does: a socket wins, "localhost" means
// the socket whatever the port, anything else is TCP.
func where(db wordpress.Database) address {
	host := strings.TrimPrefix(db.Host, "p:") // a persistent connection, to PHP
	if db.Socket != "" {
		return address{network: "unix", places: []string{db.Socket}}
	}
	if host == "" || strings.EqualFold(host, "localhost") {
		return address{network: "unix", places: socketPlaces(), guessed: true}
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	port := db.Port
	if port == 0 {
		port = 3306
	}
	return address{network: "tcp", places: []string{net.JoinHostPort(host, strconv.Itoa(port))}, host: host}
}

// connect opens a session in db as its user. Its settings are still the server's.
func connect(ctx context.Context, db wordpress.Database) (*conn, error) {
	at := where(db)
	secure, err := tlsConfig(db.TLS, at.host)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	var l *link
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName = db.User, db.Password.Reveal(), db.Name
	c.Net, c.Addr = at.network, at.places[0]
	c.Logger = &mysql.NopLogger{}
	if secure != nil {
		c.Net = "unix" // the driver need not encrypt the password: the link does
	}
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		raw, err := dial(ctx, at)
		if err != nil {
			return nil, err
		}
		l = &link{Conn: raw, tls: secure, ctx: ctx}
		return l, nil
	}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	d, err := introduce(ctx, connector)
	if err != nil {
		if l != nil {
			_ = l.Close()
			if l.failed != nil {
				err = l.failed
			}
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("connect to database %s at %s: %w", printable(db.Name), strings.Join(at.places, ", "), err)
	}
	return newConn(l, d), nil
}

// introduce lets the driver prove who we are. It was written for servers that mean
// well: what does not speak its protocol can make it panic.
func introduce(ctx context.Context, c driver.Connector) (d driver.Conn, err error) {
	defer func() {
		if r := recover(); r != nil {
			d, err = nil, fmt.Errorf("%w: %v", errMalformed, r)
		}
	}()
	return c.Connect(ctx)
}

// dial opens the first place that answers.
func dial(ctx context.Context, at address) (net.Conn, error) {
	var d net.Dialer
	var errs []error
	for _, place := range at.places {
		c, err := d.DialContext(ctx, at.network, place)
		if err == nil && at.guessed {
			if err = vouch(c, place); err != nil {
				_ = c.Close() // nothing was said
			}
		}
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// tlsConfig is what the configuration asks for, nil for a connection in the clear.
// The server is verified unless the configuration says not to.
func tlsConfig(t wordpress.TLS, host string) (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	c := &tls.Config{ServerName: host, InsecureSkipVerify: t.SkipVerify || host == "", MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		pem, err := readSmall(t.CAFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read %s: it holds no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" {
		cert, err := readSmall(t.CertFile)
		if err != nil {
			return nil, err
		}
		key, err := readSmall(t.KeyFile)
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

// readSmall reads a regular file of at most a megabyte; a FIFO does not hold it up.
func readSmall(path string) ([]byte, error) {
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
