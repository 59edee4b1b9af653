package load

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

const (
	closeLimit = 30 * time.Second // time limit for dropping what was created
	lockGrace  = 3 * time.Second  // time in which a server notices that an earlier session has ended
)

// An account is the account that restores.
type account struct {
	user, host string
	confined   bool
	why        string // a privilege that it has outside of the database; "" if it has none
}

// open connects, and takes the lock that allows only one restore of the database at a time. It waits
// for the lock for the time wait. The end of the session releases the lock.
func open(ctx context.Context, db wordpress.Database, wait time.Duration) (conn *mysql.Conn, a account, err error) {
	if conn, err = mysql.Connect(ctx, db, mysql.Options{}); err != nil {
		return nil, a, err
	}
	defer func() {
		if err != nil {
			_ = conn.Close()
			conn = nil
		}
	}()
	name := conn.Server().Database
	sum := sha256.Sum256([]byte(name))
	row, err := conn.Row(ctx, fmt.Sprintf("SELECT GET_LOCK('wp_oneway_restore_%x',%d), CURRENT_USER()", sum[:12], int(wait.Seconds())), 2)
	if err != nil {
		return conn, a, fmt.Errorf("lock database %s: %w", sqltext.DisplayName(name), err)
	}
	if row[0].Text != "1" {
		return conn, a, fmt.Errorf("lock database %s: another restore of it is running; wait until it has ended", sqltext.DisplayName(name))
	}
	if at := strings.LastIndexByte(row[1].Text, '@'); at >= 0 {
		a.user, a.host = row[1].Text[:at], row[1].Text[at+1:]
	}
	grants, err := conn.Strings(ctx, "SHOW GRANTS")
	if err != nil {
		return conn, a, fmt.Errorf("read the account's rights: %w", err)
	}
	a.why = sqltext.OutsideGrant(grants, name)
	a.confined = a.why == "" && len(grants) > 0
	return conn, a, nil
}

// readAccounts lists the accounts of a server, as user@host. It returns nil if the account is not
// allowed to see other accounts.
func readAccounts(ctx context.Context, conn *mysql.Conn) (map[string]bool, error) {
	rows, err := conn.Rows(ctx, "SELECT User, Host FROM mysql.user", 2)
	if mysql.ErrorNumber(err) != 0 && !errors.Is(err, mysql.ErrLost) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the server's accounts: %w", err)
	}
	known := map[string]bool{}
	for _, r := range rows {
		known[r[0].Text+"@"+strings.ToLower(r[1].Text)] = true
	}
	return known, nil
}

// prepareSession sets what a session needs to load a dump. It replaces the head of the dump, which
// does this for the stock client.
func prepareSession(ctx context.Context, conn *mysql.Conn) error {
	err := conn.Exec(ctx, "SET SESSION foreign_key_checks=0, unique_checks=0, sql_notes=0, sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', lock_wait_timeout=600")
	if err != nil {
		return fmt.Errorf("prepare the session: %w", err)
	}
	for _, s := range []string{ // each may fail: it exists only on some servers, or needs a privilege
		"check_constraint_checks=0", "innodb_strict_mode=0", "explicit_defaults_for_timestamp=1", "character_set_collations=''",
		"sql_require_primary_key=0", "sql_generate_invisible_primary_key=0", "restrict_fk_on_non_standard_key=0",
	} {
		err := conn.Exec(ctx, "SET SESSION "+s)
		if err != nil && (mysql.ErrorNumber(err) == 0 || errors.Is(err, mysql.ErrLost)) {
			return fmt.Errorf("prepare the session: %w", err)
		}
	}
	return nil
}
