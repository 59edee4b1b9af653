package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// maxSaved is the maximum size in bytes of the definitions that a switch replaces.
const maxSaved = 64 << 20

// A savedSchema has the definitions that a switch replaces, except the tables.
type savedSchema struct {
	sql      []byte // keys, views, triggers, routines and events, as SQL
	keys     map[string][]savedKey
	warnings []string // objects that could not be read
}

// A savedKey is a foreign key or a check of a table that is in use.
type savedKey struct {
	key
	parent string // the table that a foreign key references
}

// readSchema reads the definitions of everything in a database.
func readSchema(ctx context.Context, db wordpress.Database) (savedSchema, error) {
	s := savedSchema{keys: map[string][]savedKey{}}
	d, err := dump.Open(ctx, db, dump.Options{NoData: []string{"*"}, ExcludeTables: []string{ownPrefix + "*"}})
	if err != nil {
		return s, fmt.Errorf("save the replaced definitions: %w", err)
	}
	defer d.Close()
	out, in := io.Pipe()
	go func() {
		report, err := d.Write(ctx, in)
		if err == nil {
			for _, n := range append(report.Missing, report.Warnings...) {
				if n.Object != "" {
					s.warnings = append(s.warnings, n.String())
				}
			}
		}
		in.CloseWithError(err)
	}()
	if err := s.read(out); err != nil {
		out.CloseWithError(err)
		return s, fmt.Errorf("save the replaced definitions: %w", err)
	}
	return s, nil
}

// read keeps everything of a dump except tables and sequences. Of a table, it keeps the keys.
func (s *savedSchema) read(r io.Reader) error {
	var b bytes.Buffer
	scanner := dumpfile.NewScanner(r)
	for {
		next, err := scanner.Next()
		if errors.Is(err, io.EOF) {
			s.sql = b.Bytes()
			return nil
		}
		if err != nil {
			return err
		}
		switch begin := next.Text; {
		case bytes.HasPrefix(begin, []byte("CREATE TABLE ")):
			s.readKeys(string(next.Text))
			continue
		case hasAnyPrefix(begin, "DROP TABLE ", "CREATE SEQUENCE ", "DROP SEQUENCE ", "INSERT INTO "):
			continue
		}
		writeStatement(&b, next.Text, next.Delimiter)
		if b.Len() > maxSaved {
			return fmt.Errorf("there are more than %d bytes of views and routines", maxSaved)
		}
	}
}

func writeStatement(b *bytes.Buffer, text []byte, delimiter string) {
	if delimiter == ";" {
		fmt.Fprintf(b, "%s;\n", text)
		return
	}
	fmt.Fprintf(b, "DELIMITER %s\n%s%s\nDELIMITER ;\n", delimiter, text, delimiter)
}

func hasAnyPrefix(text []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if bytes.HasPrefix(text, []byte(p)) {
			return true
		}
	}
	return false
}

// readKeys keeps the foreign keys and the named checks in a table's definition.
func (s *savedSchema) readKeys(create string) {
	if !strings.Contains(create, "CONSTRAINT ") {
		return
	}
	list := sqltext.Tokens(create)
	table := ""
	for _, t := range list {
		if t.Kind == sqltext.QuotedName {
			table = t.Name
			break
		}
	}
	for _, e := range sqltext.Elements(list) {
		at := sqltext.SkipSpace(list, e[0])
		name := sqltext.SkipSpace(list, at+1)
		kind := sqltext.SkipSpace(list, name+1)
		if kind >= e[1] || !list[at].IsWord("CONSTRAINT") || !list[kind].IsWord("FOREIGN") && !list[kind].IsWord("CHECK") {
			continue
		}
		k := savedKey{key: key{list[name].Identifier(), strings.TrimSpace(sqltext.Join(list[at:e[1]]))}}
		for i := kind; list[kind].IsWord("FOREIGN") && i < e[1]; i++ {
			if parent := sqltext.SkipSpace(list, i+1); list[i].IsWord("REFERENCES") && parent < e[1] {
				k.parent = list[parent].Identifier()
			}
		}
		s.keys[table] = append(s.keys[table], k)
	}
}
