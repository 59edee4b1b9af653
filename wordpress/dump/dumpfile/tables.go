package dumpfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// WriteTables writes the part of a dump that creates and fills some tables, with the
// settings around it. It leaves out views, routines, events and triggers. It returns the tables
// that are not in the dump.
func WriteTables(w io.Writer, r io.Reader, tables []string) (missing []string, err error) {
	found := map[string]bool{}
	s := NewScanner(r)
	for {
		statement, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		table, ok := tableOf(statement.Text)
		if !ok || table != "" && !slices.Contains(tables, table) {
			continue
		}
		if table != "" {
			found[table] = true
		}
		if _, err := fmt.Fprintf(w, "%s;\n", statement.Text); err != nil {
			return nil, fmt.Errorf("write the tables: %w", err)
		}
	}
	for _, table := range tables {
		if !found[table] {
			missing = append(missing, table)
		}
	}
	return missing, nil
}

// tableOf returns the table that a statement creates or fills; "" for a setting of the session.
// It returns false for any other statement.
func tableOf(statement []byte) (string, bool) {
	for _, begin := range []string{"DROP TABLE IF EXISTS ", "CREATE TABLE ", "INSERT INTO ", "ALTER TABLE "} {
		if rest, ok := bytes.CutPrefix(statement, []byte(begin)); ok {
			name, _, found := cutName(rest)
			return name, found
		}
	}
	for _, begin := range []string{"SET ", "/*!", "/*M!"} {
		if rest, ok := bytes.CutPrefix(statement, []byte(begin)); ok {
			if begin != "SET " {
				rest = bytes.TrimLeft(rest, "0123456789")
			}
			setting := begin == "SET " || bytes.HasPrefix(rest, []byte(" SET ")) || bytes.HasPrefix(rest, []byte(" PREPARE wp_oneway ")) ||
				bytes.HasPrefix(rest, []byte(" EXECUTE wp_oneway ")) || bytes.HasPrefix(rest, []byte(" DEALLOCATE PREPARE wp_oneway "))
			return "", setting
		}
	}
	return "", false
}
