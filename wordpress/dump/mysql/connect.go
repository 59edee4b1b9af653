package mysql

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

	gomysql "github.com/go-sql-driver/mysql"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// connectTimeout bounds connecting and authenticating.
const connectTimeout = 20 * time.Second

// defaultSockets are the paths of servers' sockets, for a host of "localhost" alone.
func defaultSockets() []string {
	return []string{
		"/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/tmp/mysql.sock",
		"/var/lib/mysql/mysql.sock", "/run/mysql/mysql.sock", "/var/mysql/mysql.sock",
	}
}

// An address is where a server may listen.
type address struct {
	network string   // unix or tcp
	places  []string // to be tried in this order
	guessed bool     // the configuration does not name the socket
	host    string   // for TLS; "" with a socket
}

// addressOf reads the address as PHP's mysqli does: a socket has precedence,
// "localhost" means the socket whatever the port is, anything else is TCP.
func addressOf(db wordpress.Database) address {
	host := strings.TrimPrefix(db.Host, "p:") // in PHP, a persistent connection
	if db.Socket != "" {
		return address{network: "unix", places: []string{db.Socket}}
	}
	if host == "" || strings.EqualFold(host, "localhost") {
		return address{network: "unix", places: defaultSockets(), guessed: true}
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	port := db.Port
	if port == 0 {
		port = 3306
	}
	return address{network: "tcp", places: []string{net.JoinHostPort(host, strconv.Itoa(port))}, host: host}
}

// Connect opens a session in db as its user and makes it independent of the server's
// global settings. It reads neither the environment nor an option file. Errors never
// contain the password.
func Connect(ctx context.Context, db wordpress.Database) (*Conn, error) {
	c, err := authenticate(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("prepare the session: %w", err)
	}
	return c, nil
}

// authenticate opens a session that still has the server's settings.
func authenticate(ctx context.Context, db wordpress.Database) (*Conn, error) {
	at := addressOf(db)
	config, err := tlsConfig(db.TLS, at.host)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	var l *link
	c := gomysql.NewConfig()
	c.User, c.Passwd, c.DBName = db.User, db.Password.Reveal(), db.Name
	c.Net, c.Addr = at.network, at.places[0]
	c.Logger = &gomysql.NopLogger{}
	if config != nil {
		c.Net = "unix" // the driver need not encrypt the password: the link does
	}
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		raw, err := dial(ctx, at)
		if err != nil {
			return nil, err
		}
		l = &link{Conn: raw, tls: config, ctx: ctx}
		return l, nil
	}
	connector, err := gomysql.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	d, err := driverConnect(ctx, connector)
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
		return nil, fmt.Errorf("connect to database %q at %s: %w", db.Name, strings.Join(at.places, ", "), err)
	}
	return newConn(l, d), nil
}

// driverConnect lets the driver authenticate. The driver may panic if the other side
// does not speak its protocol.
func driverConnect(ctx context.Context, c driver.Connector) (d driver.Conn, err error) {
	defer func() {
		if r := recover(); r != nil {
			d, err = nil, fmt.Errorf("%w: %v", ErrMalformed, r)
		}
	}()
	return c.Connect(ctx)
}

// dial connects to the first place that answers.
func dial(ctx context.Context, at address) (net.Conn, error) {
	var d net.Dialer
	var errs []error
	for _, place := range at.places {
		c, err := d.DialContext(ctx, at.network, place)
		if err == nil && at.guessed {
			if err = checkSocketPeer(c, place); err != nil {
				_ = c.Close() // nothing was sent
			}
		}
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// tlsConfig returns the TLS settings of the configuration, or nil for a connection
// without TLS. The server is verified unless the configuration says not to.
func tlsConfig(t wordpress.TLS, host string) (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	c := &tls.Config{ServerName: host, InsecureSkipVerify: t.SkipVerify || host == "", MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		pem, err := readSmallFile(t.CAFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read %s: it contains no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" {
		cert, err := readSmallFile(t.CertFile)
		if err != nil {
			return nil, err
		}
		key, err := readSmallFile(t.KeyFile)
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
