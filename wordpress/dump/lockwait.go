package dump

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

const (
	// DefaultLockWait is how long a dump waits for locks in total, unless Options say
	// otherwise.
	DefaultLockWait = 10 * time.Minute
	// lockPause is the longest pause between two requests for a lock. During a pause, the
	// site's queries do not queue behind the dump's request.
	lockPause = 5 * time.Second
	// maxShown is how many bytes of another session's statement an error shows.
	maxShown = 160
)

// A lockWait counts the time in which at least one session waits for a lock.
type lockWait struct {
	sync.Mutex
	left   time.Duration
	waited bool // a session has waited
	active int  // sessions that wait
	since  time.Time
}

// begin records that a session waits, and returns how long it may wait.
func (w *lockWait) begin() time.Duration {
	w.Lock()
	defer w.Unlock()
	w.waited = true
	if w.active++; w.active == 1 {
		w.since = time.Now()
	}
	return w.left - time.Since(w.since)
}

func (w *lockWait) end() {
	w.Lock()
	defer w.Unlock()
	if w.active--; w.active == 0 {
		w.left -= time.Since(w.since)
	}
}

// connect opens a session whose statements wait for the locks of other sessions. further is
// passed to mysql.Options.
func (d *Dump) connect(ctx context.Context, further bool) (*mysql.Conn, error) {
	c, err := mysql.Connect(ctx, d.db, mysql.Options{Further: further, Waiting: d.opts.Waiting, Locked: d.waitForLock})
	if err == nil {
		d.notes.Lock()
		d.sessions = append(d.sessions, c.Server().Session)
		d.notes.Unlock()
	}
	return c, err
}

// A Session runs single queries in a read-only transaction. Its statements wait for the locks
// of other sessions.
type Session struct{ conn *mysql.Conn }

// Connect opens a session that does not belong to a dump.
func Connect(ctx context.Context, db wordpress.Database, o Options) (*Session, error) {
	d := newDump(db, o)
	c, err := d.connect(ctx, false)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{"START TRANSACTION READ ONLY", "SAVEPOINT t"} {
		if err := c.Exec(ctx, s); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return &Session{c}, nil
}

// Session returns the session that has the dump's snapshot. Closing the dump ends it.
func (d *Dump) Session() *Session { return &Session{d.main} }

// Ask calls ask. Then it rolls back to a savepoint, which releases the locks of the tables that
// were read.
func (s *Session) Ask(ctx context.Context, ask func(*mysql.Conn) error) error {
	return errors.Join(ask(s.conn), s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT t"))
}

// Close ends the session.
func (s *Session) Close() error { return s.conn.Close() }

// waitForLock calls retry, which sends statement again, with pauses, until the lock that it
// needs is free.
func (d *Dump) waitForLock(ctx context.Context, c *mysql.Conn, statement string, retry func() (bool, error)) error {
	left := d.locks.begin()
	defer d.locks.end()
	if d.opts.Waiting != nil {
		d.opts.Waiting(true)
		defer d.opts.Waiting(false)
	}
	limit, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	d.log.Warn("wait for a lock", "statement", wordpress.Printable(shown(statement)))
	for pause := lockPause / 16; ; pause = min(2*pause, lockPause) {
		select {
		case <-time.After(pause):
		case <-limit.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return d.lockedError(ctx, c, statement)
		}
		if locked, err := retry(); !locked {
			return err
		}
	}
}

// lockedError returns an error that names the tables in use, and the session that probably
// holds the lock. It wraps no error of the server, because that would count as an error of the
// object that is read.
func (d *Dump) lockedError(ctx context.Context, c *mysql.Conn, statement string) error {
	wanted := sqltext.Identifiers(statement)
	message := fmt.Sprintf("another session still held a lock when lock_wait (%v) was over", d.lockLimit())
	if open, err := c.Rows(ctx, "SHOW OPEN TABLES WHERE `Database`=DATABASE() AND In_use>0", 2); err == nil {
		var used []string
		for _, row := range open {
			if name := row[1].Text; len(wanted) == 0 || slices.Contains(wanted, name) {
				used = append(used, sqltext.DisplayName(name))
			}
		}
		if len(used) > 0 {
			message += "; in use: " + strings.Join(used[:min(len(used), 10)], ", ")
		}
	}
	list, err := c.Rows(ctx, "SHOW FULL PROCESSLIST", 8)
	if err != nil {
		return fmt.Errorf("%s; the list of processes cannot be read: %v", message, err) //nolint:errorlint // it is no error about the object
	}
	if p := d.holder(list, wanted); p != nil {
		what := "is idle"
		if !p[7].Null {
			what = "runs: " + wordpress.Printable(shown(p[7].Text))
		}
		message += fmt.Sprintf("; session %s of %s, for %s s, %s", wordpress.Printable(p[0].Text), wordpress.Printable(p[1].Text), wordpress.Printable(p[5].Text), what)
	}
	return fmt.Errorf("%s; end that session, or raise lock_wait", message)
}

// holder returns the process that most probably holds the lock. The best candidate executes a
// statement about one of the tables. Next come one that waits for a table itself, one that
// executes another statement in the database, and one that is idle there. Among equal
// candidates, it is the one with the longest time.
func (d *Dump) holder(processes [][]mysql.Cell, tables []string) []mysql.Cell {
	var best []mysql.Cell
	bestRank, bestTime := 0, -1
	for _, p := range processes {
		d.notes.Lock()
		own := slices.Contains(d.sessions, p[0].Text)
		d.notes.Unlock()
		mentions := slices.ContainsFunc(tables, func(name string) bool { return strings.Contains(p[7].Text, name) })
		var rank int
		switch {
		case own || p[3].Text != d.db.Name && !mentions:
			continue
		case p[7].Null:
			rank = 1
		case !mentions:
			rank = 2
		case strings.HasPrefix(p[6].Text, "Waiting for table"):
			rank = 3
		default:
			rank = 4
		}
		seconds, _ := strconv.Atoi(p[5].Text)
		if rank > bestRank || rank == bestRank && seconds > bestTime {
			best, bestRank, bestTime = p, rank, seconds
		}
	}
	return best
}

// lockLimit returns how long the dump waits for locks in total.
func (d *Dump) lockLimit() time.Duration {
	if d.opts.LockWait > 0 {
		return d.opts.LockWait
	}
	return DefaultLockWait
}

// shown returns the beginning of a statement, without literals, which may be secrets of the
// site.
func shown(statement string) string {
	var b strings.Builder
	for _, t := range sqltext.Tokens(statement[:min(len(statement), 4*maxShown)]) {
		switch {
		case b.Len() > maxShown:
			return b.String() + "…"
		case t.Kind == sqltext.String:
			b.WriteString("'…'")
		case t.Kind == sqltext.Space:
			b.WriteByte(' ')
		default:
			b.WriteString(t.Text)
		}
	}
	return b.String()
}
