package dump_test

import (
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

// describe returns everything in a database: each object as the output of SHOW CREATE, each
// row as the hexadecimal (or the hash, if it is long) of its stored bytes. It reads in a different way than the dump: with
// database/sql and prepared statements, because only these show all bits of floating point
// numbers.
func (f *flavour) describe(t *testing.T, name string) map[string]string {
	t.Helper()
	db := f.open(t, name)
	db.SetMaxOpenConns(1)
	for _, s := range []string{"SET NAMES utf8mb4", "SET sql_mode='', time_zone='+00:00', group_concat_max_len=100000000"} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if f.name == "mysql" {
		if _, err := db.Exec("SET show_gipk_in_create_table_and_information_schema=ON"); err != nil {
			t.Fatal(err)
		}
	}
	things := map[string]string{"database": query(t, db, "SELECT @@character_set_database, @@collation_database")}
	// One query for all tables: the server opens every table of the database for each.
	columns := map[string][][]string{}
	for _, r := range rows(t, db, "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_DEFAULT NOT LIKE '%(%' AND CHARACTER_SET_NAME IS NOT NULL "+
		"FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE() ORDER BY ORDINAL_POSITION") {
		columns[r[0]] = append(columns[r[0]], r[1:])
	}
	for _, r := range rows(t, db, "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()") {
		table, kind := r[0], r[1]
		things["table "+table] = anonymous(query(t, db, "SHOW CREATE TABLE "+quote(table)), name)
		if kind == "VIEW" {
			continue
		}
		f.describeRows(t, db, table, kind, columns[table], things)
	}
	for _, r := range rows(t, db, "SELECT TABLE_NAME, IS_UPDATABLE FROM information_schema.VIEWS WHERE TABLE_SCHEMA=DATABASE()") {
		if table := "table " + r[0]; things[table] != "" {
			things[table] += " updatable: " + r[1]
		}
	}
	for _, r := range rows(t, db, "SELECT TRIGGER_NAME, ACTION_ORDER, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE()") {
		things["trigger "+r[0]] = r[1] + " " + r[2] + " " + regexp.MustCompile(` [^ ]* [^ ]*$`).ReplaceAllString(query(t, db, "SHOW CREATE TRIGGER "+quote(r[0])), "")
	}
	for _, r := range rows(t, db, "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA=DATABASE()") {
		things[r[0]+" "+r[1]] = anonymous(query(t, db, "SHOW CREATE "+r[0]+" "+quote(r[1])), name)
	}
	if f.name == "mysql" {
		for _, r := range rows(t, db, "SELECT LIBRARY_NAME FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA=DATABASE()") {
			things["library "+r[0]] = query(t, db, "SHOW CREATE LIBRARY "+quote(r[0]))
		}
	}
	for _, r := range rows(t, db, "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA=DATABASE()") {
		things["event "+r[0]] = query(t, db, "SHOW CREATE EVENT "+quote(r[0]))
	}
	return things
}

// describeRows adds a table's rows to things, sorted. Each column has a name, a type, and "1" if
// its default is a text.
func (f *flavour) describeRows(t *testing.T, db *sql.DB, table, kind string, columns [][]string, things map[string]string) {
	t.Helper()
	var sources []string
	for _, c := range columns {
		n := quote(c[0])
		switch c[1] {
		case "float", "double":
			sources = append(sources, n)
		case "enum", "set":
			sources = append(sources, "CAST("+n+" AS UNSIGNED)", "HEX("+n+")")
		case "mediumblob", "longblob", "mediumtext", "longtext": // megabytes of hexadecimal take much longer to compare than their hash
			sources = append(sources, "IF(LENGTH("+n+") > 65536, CONCAT(LENGTH("+n+"), ' bytes, SHA-256 ', SHA2("+n+", 256)), HEX("+n+"))")
		case "bit":
			sources = append(sources, "BIN("+n+"+0)")
		case "json":
			sources = append(sources, "HEX(CAST("+n+" AS CHAR CHARACTER SET utf8mb4))")
			if f.name == "mysql" {
				sources = append(sources, "JSON_TYPE("+n+")")
				for _, path := range []string{"'$**.*'", "'$**[*]'"} {
					sources = append(sources, "(SELECT JSON_ARRAYAGG(JSON_TYPE(v)) FROM JSON_TABLE("+n+","+path+" COLUMNS(v JSON PATH '$')) k)")
				}
			}
		default:
			if strings.HasSuffix(c[1], "int") && !strings.HasSuffix(c[1], "point") || c[1] == "decimal" || c[1] == "year" {
				sources = append(sources, "CAST("+n+" AS CHAR)")
			} else {
				sources = append(sources, "HEX("+n+")")
			}
		}
	}
	for _, c := range columns {
		if c[2] != "1" {
			continue
		}
		if v, err := db.Query("SELECT HEX(DEFAULT(" + quote(c[0]) + ")) FROM " + quote(table) + " LIMIT 1"); err == nil { // an error means that the default is an expression
			things["default of "+table+"."+c[0]] = fmt.Sprint(scan(t, v))
		}
	}
	history := ""
	if kind == "SYSTEM VERSIONED" {
		history = " FOR SYSTEM_TIME ALL"
		if table == "hist" || table == "hist3" || table == "hist4" {
			sources = append(sources, "HEX(row_start)", "HEX(row_end)")
		}
	}
	stmt, err := db.Prepare("SELECT " + strings.Join(sources, ",") + " FROM " + quote(table) + history)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	defer stmt.Close()
	answer, err := stmt.Query()
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	all := scan(t, answer)
	lines := make([]string, len(all))
	for i, r := range all {
		lines[i] = strings.Join(r, "|")
	}
	sort.Strings(lines)
	things["rows of "+table] = strings.Join(lines, "\n")
}

// anonymous removes the name of the database from a definition. The server adds it to names
// that it cannot resolve.
func anonymous(s, database string) string {
	return strings.ReplaceAll(s, "`"+database+"`.", "")
}

func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func query(t *testing.T, db *sql.DB, q string) string {
	t.Helper()
	r := rows(t, db, q)
	if len(r) != 1 {
		t.Fatalf("%s: %d rows", q, len(r))
	}
	return strings.Join(r[0], " ")
}

func rows(t *testing.T, db *sql.DB, q string) [][]string {
	t.Helper()
	r, err := db.Query(q)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return scan(t, r)
}

func scan(t *testing.T, r *sql.Rows) [][]string {
	t.Helper()
	defer r.Close()
	columns, err := r.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var list [][]string
	for r.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := r.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(columns))
		for i, v := range values {
			line[i] = show(*v.(*any))
		}
		list = append(list, line)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// show returns a value as text, with all its bits.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return string(v)
	case float32:
		return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, math.Float32bits(v)))
	case float64:
		return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	}
	return fmt.Sprint(v)
}

// differences lists the differences between a and b.
func differences(a, b map[string]string) []string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if got, ok := b[k]; !ok {
			list = append(list, k+": missing")
		} else if got != a[k] {
			i := 0
			for i < len(got) && i < len(a[k]) && got[i] == a[k][i] {
				i++
			}
			i = max(0, i-60)
			list = append(list, fmt.Sprintf("%s:\n  is     …%.300s\n  should …%.300s", k, got[i:], a[k][i:]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[k]; !ok {
			list = append(list, k+": unexpected")
		}
	}
	return list
}
