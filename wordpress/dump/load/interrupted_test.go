package load_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

// A cutter is a proxy in front of a server. It interrupts the client after a number of statements.
type cutter struct {
	path  string       // path of its socket
	left  atomic.Int64 // number of statements until the interruption
	seen  atomic.Int64
	cut   atomic.Pointer[func()]
	mutex sync.Mutex
	conns []net.Conn
	dead  atomic.Bool // the cutter refuses new connections
}

func newCutter(t *testing.T, target string) *cutter {
	t.Helper()
	c := &cutter{path: filepath.Join(shared.dir, "cutter-"+t.Name())}
	l, err := net.Listen("unix", c.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", target)
			if err != nil || c.dead.Load() {
				_ = in.Close()
				continue
			}
			c.mutex.Lock()
			c.conns = append(c.conns, in, out)
			c.mutex.Unlock()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
			go c.forward(out, in)
		}
	}()
	return c
}

// onCut sets the function that is called after the last statement.
func (c *cutter) onCut(do func()) { c.cut.Store(&do) }

// forward copies what a client sends, and counts the statements.
func (c *cutter) forward(out, in net.Conn) {
	defer out.Close()
	b := make([]byte, 1<<20)
	for {
		n, err := in.Read(b)
		if err != nil {
			return
		}
		if n > 5 && b[3] == 0 && b[4] == 3 { // the first packet of a query
			c.seen.Add(1)
			if c.left.Add(-1) == 0 {
				(*c.cut.Load())()
			}
		}
		if _, err := out.Write(b[:n]); err != nil {
			return
		}
	}
}

// kill closes all connections, and accepts no new ones, as if the host had crashed.
func (c *cutter) kill() {
	c.dead.Store(true)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

func TestInterruptedMariaDB(t *testing.T) { interrupted(t, mariaDB(t), 50) }

func TestInterruptedMySQL(t *testing.T) { interrupted(t, mySQL(t), 8) }

// If a restore is interrupted at any statement, the old tables are in use again, at the latest
// when the next restore begins. A second restore then succeeds.
func interrupted(t *testing.T, s *server, points int) {
	text, want := s.dump(t, schema("new"))
	s.database(t, "target", schema("old"))
	before := s.picture(t, "target")
	direct := wordpress.Database{Name: "target", User: "wp", Password: "pw", Socket: s.Socket}
	c := newCutter(t, s.Socket)
	through := direct
	through.Socket = c.path
	c.onCut(func() {})
	if _, err := restore(t.Context(), through, text, load.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := load.Undo(t.Context(), direct); err != nil {
		t.Fatal(err)
	}
	total := int(c.seen.Load())
	stops, undone := 0, 0
	for i := range points {
		at := total - i/2 // the last statements are those of the switch; each is interrupted in both ways
		if i >= points/2 {
			at = 1 + rand.IntN(total)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		kills := i%2 == 0
		c.onCut(func() { cancel(errors.New("interrupted by the test")) })
		if kills {
			c.onCut(c.kill)
		}
		c.dead.Store(false)
		c.left.Store(int64(at))
		_, err := restore(ctx, through, text, load.Options{})
		cancel(nil)
		c.left.Store(0)
		if err == nil { // only the end of the session was interrupted
			if err := load.Undo(t.Context(), direct); err != nil {
				t.Fatalf("statement %d: %v", at, err)
			}
		} else {
			stops++
		}
		if kills && err != nil {
			// The next restore first puts the old tables back. Then it fails, because its dump is truncated.
			c.dead.Store(false)
			note := func(text string) {
				if strings.Contains(text, "interrupted") {
					undone++
				}
			}
			_, err := restore(t.Context(), direct, text[:len(text)-10], load.Options{Note: note})
			if err == nil {
				t.Fatalf("statement %d: a dump without its end is restored", at)
			}
			if strings.Contains(err.Error(), "--confirm") { // the restore was complete: only the answer to its last statement was lost
				if err := load.Undo(t.Context(), direct); err != nil {
					t.Fatalf("statement %d: %v", at, err)
				}
			}
		}
		compare(t, "statement "+strconv.Itoa(at)+" of "+strconv.Itoa(total), s.picture(t, "target"), before)
		if t.Failed() {
			t.Fatalf("after: %v", err)
		}
	}
	if stops < points/2 || points >= 50 && undone == 0 {
		t.Errorf("only %d of %d restores were interrupted, %d of them after the switch", stops, points, undone)
	}
	if _, err := restore(t.Context(), direct, text, load.Options{DropOld: true}); err != nil {
		t.Fatal(err)
	}
	compare(t, "second restore", s.picture(t, "target"), want)
}
