package load

import (
	"context"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

const (
	lockWait  = 3               // seconds that a statement waits for a table's lock; queries of the site queue behind it
	lockLimit = 5 * time.Minute // how long a statement is retried
	lockPause = time.Second     // pause between two attempts
)

// patiently executes a statement that needs locks of tables that are in use. It retries for up to
// lockLimit.
func patiently(ctx context.Context, conn *mysql.Conn, statement string) error {
	return patientlyWrite(ctx, conn, []byte(statement))
}

func patientlyWrite(ctx context.Context, conn *mysql.Conn, statement []byte) error {
	for begin := time.Now(); ; {
		_, err := conn.Write(ctx, statement)
		if mysql.ErrorNumber(err) != mysql.LockTimeout || time.Since(begin) > lockLimit {
			return err
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
