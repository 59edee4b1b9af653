package mysql

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// lockTimeout is how many seconds a session waits for a lock: while it waits for a
// table's lock, the requests of the site's visitors queue behind it.
const lockTimeout = 3

// A Server is what a session knows of its server.
type Server struct {
	MariaDB    bool
	Version    string // as the server reports it
	Number     int    // 101119 for 10.11.19
	MaxPacket  int64  // max_allowed_packet, in bytes
	Database   string // the database's name as the server stores it, maybe in lower case
	Session    string // the number of the session, as the list of processes shows it
	Charset    string // default character set of the database
	Collation  string // default collation of the database
	IgnoreCase bool   // names of databases and tables are compared without regard to case
}

// Flavour returns MariaDB or MySQL.
func (s Server) Flavour() string {
	if s.MariaDB {
		return "MariaDB"
	}
	return "MySQL"
}

// base are the settings that every server has.
const base = "SET NAMES utf8mb4, SESSION character_set_results=NULL, sql_mode='', time_zone='+00:00', sql_quote_show_create=1, " +
	"sql_select_limit=18446744073709551615, sql_big_selects=1, autocommit=1, completion_type=0, " +
	"group_concat_max_len=1048576, net_write_timeout=86400, net_read_timeout=600, wait_timeout=86400, lock_wait_timeout="

// optional are settings that only some servers have, each with the comment that makes
// the other ones skip it. MariaDB skips the versions of MySQL from 5.7 on.
var optional = [...]struct{ comment, setting string }{
	{"/*!50000", "sql_auto_is_null=0"},
	{"/*M!100101", "max_statement_time=0"},
	{"/*!50708", "max_execution_time=0"},
	{"/*!80003", "information_schema_stats_expiry=0"},
	{"/*!80030", "show_gipk_in_create_table_and_information_schema=ON"},
	{"/*M!100300", "idle_transaction_timeout=0"},
	{"/*M!100300", "idle_readonly_transaction_timeout=0"},
	{"/*!50722", "show_create_table_verbosity=0"},
	{"/*M!100304", "system_versioning_asof=DEFAULT"},
}

// prepare makes the session independent of the server's global settings and reads what
// the server is.
func (c *Conn) prepare(ctx context.Context) error {
	always := base + strconv.Itoa(lockTimeout)
	all := always
	for _, o := range optional {
		all += " " + o.comment + " , " + o.setting + " */"
	}
	err := c.Exec(ctx, all)
	if ErrorNumber(err) != 0 { // a setting does not exist or is not allowed
		if err = c.Exec(ctx, always); err == nil {
			err = c.setEach(ctx)
		}
	}
	if err != nil {
		return err
	}
	if err := c.Exec(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"); err != nil {
		return err
	}
	return c.readServer(ctx)
}

// setEach sets the optional settings one by one, as far as the server allows it.
func (c *Conn) setEach(ctx context.Context) error {
	for _, o := range optional {
		err := c.Exec(ctx, "SET SESSION "+o.setting)
		switch ErrorNumber(err) {
		case UnknownVariable, ReadOnlyVariable, GlobalVariable, AccessDenied, WrongValue:
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) readServer(ctx context.Context) error {
	row, err := c.Row(ctx, "SELECT VERSION(), @@version_comment, @@max_allowed_packet, DATABASE(), @@lower_case_table_names, CONNECTION_ID(), "+
		"@@character_set_database, @@collation_database", 8)
	if err != nil {
		return fmt.Errorf("read the server's version: %w", err)
	}
	if row[3].Null {
		return errors.New("no database is selected")
	}
	s := Server{
		Version: row[0].Text, Number: versionNumber(row[0].Text), Database: row[3].Text, IgnoreCase: row[4].Text != "0", Session: row[5].Text,
		Charset: row[6].Text, Collation: row[7].Text,
	}
	s.MariaDB = strings.Contains(strings.ToLower(row[0].Text+row[1].Text), "mariadb")
	s.MaxPacket, err = strconv.ParseInt(row[2].Text, 10, 64)
	c.server = s
	return err
}

// versionNumber returns 101119 for 10.11.19-MariaDB, and 100604 for
// 5.5.5-10.6.4-MariaDB, as some proxies report it.
func versionNumber(version string) int {
	version = strings.TrimPrefix(version, "5.5.5-")
	n := 0
	parts := strings.SplitN(version, ".", 3)
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
