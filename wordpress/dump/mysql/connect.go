package mysql

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	gomysql "github.com/go-sql-driver/mysql"
	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

const (
	connectTimeout = 20 * time.Second // of one attempt to connect and to authenticate
	busyTimeout    = 2 * time.Minute  // how long a server that accepts no more connections is asked again
	busyPause      = 2 * time.Second  // the longest pause before it is asked again
)

// Options say how to connect. The zero value connects the account's first session.
type Options struct {
	// Further is a session besides the first: if the account may have no more, that is
	// an error at once, since the first one may be the reason.
	Further bool
	// Waiting is called with true when Connect begins to wait for a busy server, and
	// with false when that ends; nil: nobody is told.
	Waiting func(bool)
	// Locked is called when a statement of c was not executed since another session
	// holds a lock. It may call retry to send the statement again, which reports whether
	// it is still locked, and returns the statement's error. nil: the statement fails.
	Locked func(ctx context.Context, c *Conn, statement string, retry func() (locked bool, err error)) error
}

// Connect opens a session in db as its user and makes it independent of the server's
// global settings. If the server accepts no more connections, it tries again for two
// minutes. It reads neither the environment nor an option file. Errors never contain
// the password.
func Connect(ctx context.Context, db wordpress.Database, o Options) (*Conn, error) {
	c, err := connectPatiently(ctx, db, o)
	if err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("prepare the session: %w", err)
	}
	c.locked = o.Locked
	return c, nil
}

// connectPatiently waits for a busy server.
func connectPatiently(ctx context.Context, db wordpress.Database, o Options) (*Conn, error) {
	c, err := authenticate(ctx, db)
	if err == nil || !busy(err, o.Further) {
		return c, err
	}
	if o.Waiting != nil {
		o.Waiting(true)
		defer o.Waiting(false)
	}
	limit := time.NewTimer(busyTimeout)
	defer limit.Stop()
	for tries := 1; busy(err, o.Further); tries++ {
		select {
		case <-time.After(pauseAfter(err, tries)):
			c, err = authenticate(ctx, db)
		case <-limit.C:
			return nil, fmt.Errorf("the server was busy for %v: %w", busyTimeout, err)
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a busy server (%w): %w", err, context.Cause(ctx))
		}
	}
	return c, err
}

// pauseAfter is the pause before a busy server is asked again, after so many tries.
func pauseAfter(err error, tries int) time.Duration {
	if errors.Is(err, unix.EAGAIN) {
		return busyPause / 64 // it has waited in the queue already
	}
	return min(busyPause>>6<<min(tries-1, 6), busyPause)
}

// busy reports whether connecting may succeed later. further tells that the account has
// a session already.
func busy(err error, further bool) bool {
	return errors.Is(err, unix.EAGAIN) || ErrorNumber(err) == TooManyConnections || !further && AccountFull(err)
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
	l := &link{tls: config, ctx: ctx, password: db.Password}
	l.guarded = db.Operator != nil && at.network != "unix" && !(db.Operator.TLS && verifies(db.TLS, at.host))
	c := gomysql.NewConfig()
	c.User, c.Passwd, c.DBName = db.User, db.Password.Reveal(), db.Name
	c.Net, c.Addr = at.network, at.places[0]
	c.Logger = &gomysql.NopLogger{}
	if config != nil {
		c.Net = "unix" // the driver need not encrypt the password: the link does
	}
	c.DialFunc = func(ctx context.Context, _, _ string) (_ net.Conn, err error) {
		if l.Conn, err = dial(ctx, at, db.Operator); err != nil {
			return nil, err
		}
		return l, nil
	}
	connector, err := gomysql.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	d, err := driverConnect(ctx, connector)
	if err != nil {
		if l.Conn != nil {
			_ = l.Close()
			if l.failed != nil {
				err = l.failed
			}
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("connect to database %q at %s: %w%s", db.Name, at, err, connectAdvice(err, db.Origin))
	}
	return newConn(l, d), nil
}

// connectAdvice says after a semicolon what to do about an error of connecting, or nothing.
func connectAdvice(err error, from wordpress.Origin) string {
	server := cmp.Or(from.Server, "DB_HOST")
	switch ErrorNumber(err) {
	case AccountDenied:
		if from.Account != "" {
			return "; correct " + from.Account + ", or, if the account requires TLS, add ssl-mode=REQUIRED to it"
		}
		return "; correct DB_USER and DB_PASSWORD, or, if the account requires TLS, give --db-defaults-file with ssl-mode=REQUIRED"
	case DatabaseDenied, NoSuchDatabase:
		return "; correct " + cmp.Or(from.Name, "DB_NAME") + ", or create the database and grant the account its rights"
	case HostDenied:
		return "; allow the account to connect from this host"
	case SecureTransport:
		return "; give --db-defaults-file with ssl-mode=REQUIRED"
	}
	unknown := (*net.DNSError)(nil)
	switch {
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return "; correct " + server
	case errors.Is(err, unix.ECONNREFUSED), errors.Is(err, unix.ENOENT):
		return "; start the database server, or correct " + server
	}
	return ""
}

// String names the address as the configuration does.
func (a address) String() string {
	if a.guessed {
		return "localhost"
	}
	return strings.Join(a.places, ", ")
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
