package mysql

import (
	"net"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// defaultSockets are the paths of servers' sockets, for a host of "localhost" alone.
// The folder of the last one is open to everybody: nothing is looked for after it, so
// that a socket there cannot hide the server's.
func defaultSockets() []string {
	return []string{
		"/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/run/mysql/mysql.sock",
		"/var/mysql/mysql.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock",
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
	host, persistent := strings.CutPrefix(db.Host, "p:") // in PHP, a persistent connection
	if db.Socket != "" {
		return address{network: "unix", places: []string{db.Socket}}
	}
	if host == "" || strings.EqualFold(host, "localhost") {
		return address{network: "unix", places: defaultSockets(), guessed: true}
	}
	port := db.Port
	if persistent {
		host, port = splitPort(host, port)
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if port == 0 {
		port = 3306
	}
	return address{network: "tcp", places: []string{net.JoinHostPort(host, strconv.Itoa(port))}, host: host}
}

// splitPort splits a port from host:port or [host]:port, as PHP's streams do: WordPress
// cannot split a host that begins with "p:" and passes it on as a whole.
func splitPort(host string, port int) (string, int) {
	end := strings.LastIndexByte(host, ']') + 1
	if end == 0 && strings.Count(host, ":") != 1 {
		return host, port
	}
	name, digits, found := strings.Cut(host[end:], ":")
	if n, err := strconv.ParseUint(digits, 10, 16); found && err == nil {
		port = int(n)
	}
	return host[:end] + name, port
}
