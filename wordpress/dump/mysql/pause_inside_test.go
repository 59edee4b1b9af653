package mysql

import (
	"testing"

	gomysql "github.com/go-sql-driver/mysql"
	"golang.org/x/sys/unix"
)

// There is a pause before every further try, whatever the errors before were: without one,
// a busy server would be flooded.
func TestPauseAfterEveryTry(t *testing.T) {
	full := &gomysql.MySQLError{Number: TooManyConnections}
	for tries := 1; tries < 200; tries++ {
		if p := pauseAfter(full, tries); p < busyPause/64 || p > busyPause || tries > 6 && p != busyPause {
			t.Errorf("after try %d: %v", tries, p)
		}
		if p := pauseAfter(unix.EAGAIN, tries); p != busyPause/64 {
			t.Errorf("after try %d, in the queue: %v", tries, p)
		}
	}
}
