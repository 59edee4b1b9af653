package main

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A cutter is a proxy in front of a server. At a given point of the traffic it calls a function,
// for example to end all connections.
type cutter struct {
	address string // of the proxy
	weigh   func(fromClient bool, b []byte) int64
	seen    atomic.Int64 // the weight of the traffic that was passed on

	mu    sync.Mutex
	conns []net.Conn
	dead  bool // new connections are refused
	left  int64
	do    func()
}

func newCutter(t *testing.T, server string, weigh func(fromClient bool, b []byte) int64) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &cutter{address: l.Addr().String(), weigh: weigh}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", server)
			if err != nil || !c.keep(client, out) {
				_ = client.Close()
				continue
			}
			go c.forward(client, out, true)
			go c.forward(out, client, false)
		}
	}()
	return c
}

// keep records connections. It returns false if the proxy is dead.
func (c *cutter) keep(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dead {
		c.conns = append(c.conns, conns...)
	}
	return !c.dead
}

// cutAt makes the cutter call do when further traffic of weight n has passed.
func (c *cutter) cutAt(n int64, do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.do = n, do
}

func (c *cutter) forward(from, to net.Conn, fromClient bool) {
	defer to.Close()
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			c.pass(c.weigh(fromClient, b[:n]))
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (c *cutter) pass(weight int64) {
	c.seen.Add(weight)
	c.mu.Lock()
	before := c.left
	c.left -= weight
	do := c.do
	c.mu.Unlock()
	if before > 0 && before <= weight && do != nil {
		do()
	}
}

// kill ends all connections and refuses new ones, as when the server's machine fails.
func (c *cutter) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

// revive accepts connections again after kill.
func (c *cutter) revive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead, c.do, c.left = false, nil, 0
}
