package lab

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// CompareDatabases lists how database b differs from database a: in tables, their definitions and
// the checksums of their rows, views, triggers, routines and events.
func CompareDatabases(ctx context.Context, a, b Database) ([]string, error) {
	first, err := a.Objects(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe database %s: %w", a.Name, err)
	}
	second, err := b.Objects(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe database %s: %w", b.Name, err)
	}
	var diffs []string
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if got, ok := second[name]; !ok {
			diffs = append(diffs, name+": missing")
		} else if got != first[name] {
			diffs = append(diffs, fmt.Sprintf("%s: is %s, should be %s", name, got, first[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(second)) {
		if _, ok := first[name]; !ok {
			diffs = append(diffs, name+": should not exist")
		}
	}
	return diffs, nil
}

// Objects returns the definitions of all objects in a database and the checksums of
// its tables, by kind and name.
func (d Database) Objects(ctx context.Context) (map[string]string, error) {
	db, err := d.Open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	objects := map[string]string{}
	kinds, err := queryPairs(ctx, db, "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE()")
	if err != nil {
		return nil, err
	}
	for name, kind := range kinds {
		quoted := quoteName(name)
		create, err := queryColumn(ctx, db, "SHOW CREATE TABLE "+quoted, 1)
		if err != nil {
			return nil, err
		}
		if kind != "BASE TABLE" {
			objects["view "+name] = strings.ReplaceAll(create, "`"+d.Name+"`.", "")
			continue
		}
		objects["table "+name] = create
		if objects["rows of "+name], err = queryColumn(ctx, db, "CHECKSUM TABLE "+quoted+" EXTENDED", 1); err != nil {
			return nil, err
		}
	}
	for kind, query := range map[string]string{
		"trigger": "SELECT trigger_name, CONCAT_WS(' ', action_timing, event_manipulation, event_object_table, action_order, definer, sql_mode, action_statement) FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
		"routine": "SELECT CONCAT(routine_type, ' ', routine_name), CONCAT_WS(' ', dtd_identifier, definer, security_type, sql_data_access, is_deterministic, sql_mode, routine_comment, routine_definition) FROM information_schema.routines WHERE routine_schema = DATABASE()",
		"event":   "SELECT event_name, CONCAT_WS(' ', event_type, execute_at, interval_value, interval_field, status, on_completion, definer, sql_mode, time_zone, event_definition) FROM information_schema.events WHERE event_schema = DATABASE()",
	} {
		pairs, err := queryPairs(ctx, db, query)
		if err != nil {
			return nil, err
		}
		for name, text := range pairs {
			objects[kind+" "+name] = text
		}
	}
	return objects, nil
}

// queryPairs returns the rows of a query with two columns as a map.
func queryPairs(ctx context.Context, db *sql.DB, query string) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	defer rows.Close()
	pairs := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
		pairs[key] = value
	}
	return pairs, rows.Err()
}

// queryColumn returns one column of a query that returns one row. The row may have any number of
// columns.
func queryColumn(ctx context.Context, db *sql.DB, query string, column int) (string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return "", fmt.Errorf("%s: %w", query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values, into := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	if !rows.Next() {
		return "", errors.Join(fmt.Errorf("%s: no row", query), rows.Err())
	}
	if err := rows.Scan(into...); err != nil {
		return "", fmt.Errorf("%s: %w", query, err)
	}
	if !values[column].Valid {
		return "", fmt.Errorf("%s: NULL", query)
	}
	return values[column].String, rows.Err()
}
