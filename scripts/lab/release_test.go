//go:build servers

package lab_test

import (
	"database/sql"
	"os/exec"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func TestServersStartByName(t *testing.T) {
	for name, version := range map[string]string{"mariadb-10.5": "10.5.", "mariadb-10.11": "10.11.", "mariadb-11.8": "11.8.", "mysql-5.6": "5.6."} {
		t.Run(name, func(t *testing.T) {
			m, err := lab.StartRelease(t.Context(), name, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer m.Kill()
			db, err := sql.Open("mysql", m.DSN("mysql"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var got string
			var tables int
			if err := db.QueryRow("SELECT VERSION(), (SELECT COUNT(*) FROM proc)").Scan(&got, &tables); err != nil || !strings.HasPrefix(got, version) {
				t.Errorf("got %s, %v; want %s", got, err, version)
			}
			out, err := exec.Command(m.Client[0], append(m.Client[1:], "-uroot", "-S"+m.Socket, "-BN", "-e", "SELECT VERSION()")...).CombinedOutput()
			if err != nil || !strings.HasPrefix(string(out), version) {
				t.Errorf("the client prints %q, %v", out, err)
			}
		})
	}
}
