package target

import (
	"slices"
	"strings"
)

// Modes that only some servers know.
var (
	modesOfMySQL8    = []string{"TIME_TRUNCATE_FRACTIONAL"}
	modesOfMariaDB   = []string{"SIMULTANEOUS_ASSIGNMENT", "IGNORE_BAD_TABLE_OPTIONS", "EMPTY_STRING_IS_NULL", "TIME_ROUND_FRACTIONAL"}
	modesNotOfMySQL8 = append([]string{
		"NO_AUTO_CREATE_USER", "ORACLE", "MSSQL", "DB2", "POSTGRESQL", "MAXDB", "MYSQL323", "MYSQL40",
		"NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS",
	}, modesOfMariaDB...)
)

// Modes returns a sql_mode without the modes that the target does not know: for MySQL 8,
// for MariaDB, and for others. They differ only in a dump for the source's own server, which
// may be restored on another all the same.
func (t Target) Modes(sqlMode string) (mySQL8, mariaDB, others string) {
	others = without(sqlMode, modesOfMySQL8)
	mySQL8, mariaDB = without(sqlMode, modesNotOfMySQL8), others
	if !t.source { // in MySQL 5, this mode does not change the language of routines
		mariaDB = without(mariaDB, []string{"ORACLE"})
	}
	switch {
	case t.Same:
	case t.mySQL(80000):
		return mySQL8, mySQL8, mySQL8
	case t.MariaDB:
		return mariaDB, mariaDB, mariaDB
	default:
		others = without(others, modesOfMariaDB)
		return others, others, others
	}
	return mySQL8, mariaDB, others
}

func without(sqlMode string, modes []string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(sqlMode, ","), func(m string) bool { return slices.Contains(modes, m) }), ",")
}
