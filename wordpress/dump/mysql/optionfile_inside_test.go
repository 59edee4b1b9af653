package mysql

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

func FuzzReadOptionFile(f *testing.F) {
	for _, s := range []string{
		"[client]\nuser = \"a\\tb\" # c\npassword='x#y'\nhost=h\nport=3307\n", "[client]\nssl-mode=VERIFY_CA\nssl-ca=/x\n", "!include /etc/passwd", "[client\nuser=x", "[client]\nport=x", "[mysqld]\nuser=x\n[client-mariadb]\nloose_socket=/s",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file string) {
		site := wordpress.Database{Name: "n", User: "u", Host: "h", Port: 1, TablePrefix: "wp_"}
		db, err := ReadOptionFile(strings.NewReader(file), site, 0)
		if db.TablePrefix != "wp_" {
			t.Error("it changes the prefix")
		}
		if !strings.Contains(file, "[") && err == nil && (db.User != "u" || db.Host != "h" || db.Password.Reveal() != "") {
			t.Errorf("%q: an option outside of a group is used: %+v", file, db)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error has several lines: %v", file, err)
		}
	})
}
