package mysql

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

func TestAddressOf(t *testing.T) {
	for _, c := range []struct {
		db      wordpress.Database
		network string
		place   string
	}{
		{wordpress.Database{Host: "localhost", Port: 3307}, "unix", "/run/mysqld/mysqld.sock"},
		{wordpress.Database{}, "unix", "/run/mysqld/mysqld.sock"},
		{wordpress.Database{Host: "p:LOCALHOST"}, "unix", "/run/mysqld/mysqld.sock"},
		{wordpress.Database{Host: "localhost", Socket: "/x"}, "unix", "/x"},
		{wordpress.Database{Host: "127.0.0.1"}, "tcp", "127.0.0.1:3306"},
		{wordpress.Database{Host: "db", Port: 33}, "tcp", "db:33"},
		{wordpress.Database{Host: "::1"}, "tcp", "[::1]:3306"},
		{wordpress.Database{Host: "p:127.0.0.1:3307"}, "tcp", "127.0.0.1:3307"}, // as WordPress passes it on
		{wordpress.Database{Host: "p:[::1]:3307"}, "tcp", "[::1]:3307"},
		{wordpress.Database{Host: "p:::1"}, "tcp", "[::1]:3306"},
		{wordpress.Database{Host: "p:localhost:3307"}, "tcp", "localhost:3307"}, // to PHP, no socket
		{wordpress.Database{Host: "[fe80::1]", Port: 1}, "tcp", "[fe80::1]:1"},
	} {
		if got := addressOf(c.db); got.network != c.network || got.places[0] != c.place {
			t.Errorf("%+v: got %+v", c.db, got)
		}
	}
}
