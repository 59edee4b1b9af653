package lab

import (
	"fmt"
	"net"
)

// freePort returns a TCP port of 127.0.0.1 that was free a moment ago; whoever
// starts a server on it tries again with another when it was taken meanwhile.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
