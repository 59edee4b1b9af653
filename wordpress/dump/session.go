package dump

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// lockPatience is how many seconds a lock is waited for: whoever waits for a
// table's lock makes the site's visitors queue behind.
const lockPatience = 3

// Numbers of the servers' errors that have a meaning here.
const (
	errDBAccess      = 1044
	errShutdown      = 1053
	errInterrupted   = 1317
	errKilled        = 1927
	errNoTable       = 1146
	errTableAccess   = 1142
	errColumnAccess  = 1143
	errSpecialAccess = 1227
	errLockTimeout   = 1205
	errUnknownVar    = 1193
	errWrongValue    = 1231
	errReadOnlyVar   = 1238
	errGlobalVar     = 1229
	errChangedTable  = 1412
	errNoSuchTrigger = 1360
	errNoSuchRoutine = 1305
	errNoSuchEvent   = 1539
	errViewInvalid   = 1356
	errRoutineAccess = 1370
	errViewRecursive = 1462
	errUnknownTable  = 1051
	errBadTable      = 1109
	errBadField      = 1054
	errSyntax        = 1064
	errNoDatabase    = 1049
	errReadOnly      = 1792
)

// A server is what the other side is.
type server struct {
	maria     bool
	version   string // as it says
	number    int    // 101119 for 10.11.19
	maxPacket int64  // max_allowed_packet
	database  string // its name as the server has it, which may know no capitals
	anyCase   bool   // names of databases and tables differ in more than case
}

func (s server) flavour() string {
	if s.maria {
		return "MariaDB"
	}
	return "MySQL"
}

// prepare makes the session independent of the server's global settings and says
// what the server is.
func prepare(ctx context.Context, c *conn) (server, error) {
	must := []string{
		"SET NAMES utf8mb4",
		"SET SESSION character_set_results=NULL, sql_mode='', time_zone='+00:00', sql_quote_show_create=1, " +
			"sql_select_limit=18446744073709551615, sql_big_selects=1, autocommit=1, completion_type=0, " +
			"group_concat_max_len=1048576, net_write_timeout=86400, net_read_timeout=600, wait_timeout=86400, " +
			"lock_wait_timeout=" + strconv.Itoa(lockPatience),
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
	}
	for _, s := range must {
		if err := c.exec(ctx, s); err != nil {
			return server{}, fmt.Errorf("prepare the session: %w", err)
		}
	}
	for _, s := range []string{ // each known to some servers only
		"max_statement_time=0", "max_execution_time=0", "information_schema_stats_expiry=0",
		"show_gipk_in_create_table_and_information_schema=ON", "idle_transaction_timeout=0",
		"idle_readonly_transaction_timeout=0", "sql_auto_is_null=0",
		"show_create_table_verbosity=0", "system_versioning_asof=DEFAULT",
	} {
		switch err := c.exec(ctx, "SET SESSION "+s); number(err) {
		case 0:
			if err != nil {
				return server{}, fmt.Errorf("prepare the session: %w", err)
			}
		case errUnknownVar, errReadOnlyVar, errGlobalVar, errSpecialAccess, errWrongValue:
		default:
			return server{}, fmt.Errorf("prepare the session: %w", err)
		}
	}
	row, err := c.one(ctx, "SELECT VERSION(), @@version_comment, @@max_allowed_packet, DATABASE(), @@lower_case_table_names", 5)
	if err != nil {
		return server{}, fmt.Errorf("ask the server's version: %w", err)
	}
	if row[3].null {
		return server{}, fmt.Errorf("prepare the session: no database is selected")
	}
	s := server{version: row[0].s, number: versionNumber(row[0].s), database: row[3].s, anyCase: row[4].s != "0"}
	s.maria = strings.Contains(strings.ToLower(row[0].s+row[1].s), "mariadb")
	s.maxPacket, err = strconv.ParseInt(row[2].s, 10, 64)
	return s, err
}

// versionNumber reads 10.11.19-MariaDB as 101119, and 5.5.5-10.6.4-MariaDB, as some
// proxies have it, as 100604.
func versionNumber(v string) int {
	if rest, ok := strings.CutPrefix(v, "5.5.5-"); ok {
		v = rest
	}
	n := 0
	parts := strings.SplitN(v, ".", 3)
	for i := range 3 {
		part := 0
		if i < len(parts) {
			digits := parts[i]
			for j, r := range digits {
				if r < '0' || r > '9' {
					digits = digits[:j]
					break
				}
			}
			part, _ = strconv.Atoi(digits)
		}
		n = n*100 + part
	}
	return n
}
