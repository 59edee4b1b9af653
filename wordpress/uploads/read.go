package uploads

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A Session asks the database; see dump.Session.
type Session interface {
	Ask(ctx context.Context, ask func(*mysql.Conn) error) error
}

// A Site describes a site before its database is read.
type Site struct {
	Prefix    string // of its tables
	Charset   string // of its connections (DB_CHARSET); "" if none is defined
	Multisite bool
	Constant  bool // the configuration defines UPLOADS
}

// A Path is a value of the option upload_path: any text that the site has written.
type Path struct {
	Value string
	Table string // the first options table that has it
}

// Paths are the different values of upload_path in a site's database.
type Paths struct {
	List   []Path
	Unread wordpress.Notes // the tables that could not be read, and what else is missing in List
	Absent string          // the site's options table, if the database has none
}

const (
	maxSubSites    = 1 << 20 // of a multisite
	maxTotal       = 4 << 20 // total size of the values, in bytes
	maxValue       = 4096    // characters of one value; no path is longer
	subSitesAtOnce = 100     // options tables that one query reads
)

// Read reads the option upload_path of a site, or of every site of a multisite. Where
// WordPress prefers the constant UPLOADS, nothing is read. With an error, it returns what
// it read before.
func Read(ctx context.Context, session Session, site Site) (*Paths, error) {
	r := reader{session: session, site: site, seen: map[string]bool{}}
	if site.Constant {
		if !site.Multisite {
			return &r.out, nil
		}
		if rewrites, err := r.rewrites(ctx); err != nil || !rewrites {
			return &r.out, err
		}
	}
	tables := []string{site.Prefix + "options"}
	if site.Multisite {
		subSites, err := r.subSites(ctx)
		if err != nil {
			return &r.out, err
		}
		for _, n := range subSites {
			tables = append(tables, site.Prefix+strconv.Itoa(n)+"_options")
			if len(tables) == subSitesAtOnce {
				if err := r.readTables(ctx, tables); err != nil {
					return &r.out, err
				}
				tables = tables[:0]
			}
		}
	}
	return &r.out, r.readTables(ctx, tables)
}

// A reader reads the options of one site.
type reader struct {
	session Session
	site    Site
	out     Paths
	seen    map[string]bool // values
	size    int             // of the values, in bytes
	cut     bool            // some values are not kept
}

// query calls each for every row of a small answer.
func (r *reader) query(ctx context.Context, sql string, each func(c *mysql.Conn, row []byte) error) error {
	return r.session.Ask(ctx, func(c *mysql.Conn) error {
		return c.QuerySmall(ctx, sql, func(row []byte) error { return each(c, row) })
	})
}

// rewrites reports whether a network of a multisite serves its files through
// ms-files.php, as networks older than WordPress 3.5 do. WordPress then prefers
// upload_path to UPLOADS for some of the sites.
func (r *reader) rewrites(ctx context.Context) (rewrites bool, err error) {
	sql := "SELECT m.meta_value FROM " + sqltext.Ident(r.site.Prefix+"site") + " s LEFT JOIN " + sqltext.Ident(r.site.Prefix+"sitemeta") +
		" m ON m.site_id=s.id AND m.meta_key='ms_files_rewriting'"
	err = r.query(ctx, sql, func(_ *mysql.Conn, row []byte) error {
		value, _, null, err := mysql.Value(row)
		rewrites = rewrites || null || len(value) > 0 && string(value) != "0"
		return err
	})
	if mysql.ErrorNumber(err) != 0 && !errors.Is(err, mysql.ErrLost) {
		return true, nil // archiving too many folders is safe
	}
	return rewrites, err
}

// subSites returns the numbers of the sub-sites that have an options table.
func (r *reader) subSites(ctx context.Context) (list []int, err error) {
	sql := `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME LIKE '%\_options'`
	err = r.query(ctx, sql, func(c *mysql.Conn, row []byte) error {
		name, _, _, err := mysql.Value(row)
		if err != nil {
			return err
		}
		n := subSite(string(name), r.site.Prefix, c.Server().IgnoreCase)
		switch {
		case n == 0:
		case len(list) == maxSubSites:
			r.incomplete(fmt.Sprintf("the database has more than %d options tables", maxSubSites))
		default:
			list = append(list, n)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the options tables: %w", err)
	}
	return list, nil
}

// subSite returns the number of the sub-site whose options table has that name, or 0.
func subSite(table, prefix string, ignoreCase bool) int {
	number, ok := strings.CutSuffix(table, "_options")
	if !ok || len(number) <= len(prefix) {
		return 0
	}
	start := number[:len(prefix)]
	if start != prefix && !(ignoreCase && strings.EqualFold(start, prefix)) {
		return 0
	}
	number = number[len(prefix):]
	if n, err := strconv.Atoi(number); err == nil && n > 0 && strconv.Itoa(n) == number {
		return n
	}
	return 0
}

// readTables reads the option in several options tables with one query or, if that
// fails, with one for each.
func (r *reader) readTables(ctx context.Context, tables []string) error {
	if len(tables) == 0 {
		return nil
	}
	err := r.readAtOnce(ctx, tables)
	switch number := mysql.ErrorNumber(err); {
	case err == nil:
	case number == 0 || errors.Is(err, mysql.ErrLost):
		return fmt.Errorf("read the option upload_path: %w", err)
	case len(tables) > 1:
		for i := range tables {
			if err := r.readTables(ctx, tables[i:i+1]); err != nil {
				return err
			}
		}
	case number != mysql.NoSuchTable:
		r.out.Unread.Add("table " + sqltext.DisplayName(tables[0]) + ": " + err.Error())
	case tables[0] == r.site.Prefix+"options":
		r.out.Absent = tables[0]
	}
	return nil
}

// readAtOnce reads the option in all tables with one query.
func (r *reader) readAtOnce(ctx context.Context, tables []string) error {
	var sql strings.Builder
	for i, table := range tables {
		if i > 0 {
			sql.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&sql, "SELECT %d, CONVERT(LEFT(option_value, %d) USING %s) FROM %s WHERE option_name='upload_path'",
			i, maxValue+1, r.charset(), sqltext.Ident(table))
	}
	return r.query(ctx, sql.String(), func(_ *mysql.Conn, row []byte) error {
		index, rest, _, err := mysql.Value(row)
		if err != nil {
			return err
		}
		value, _, _, err := mysql.Value(rest)
		if err != nil {
			return err
		}
		i, err := strconv.Atoi(string(index))
		if err != nil || i < 0 || i >= len(tables) {
			return fmt.Errorf("%w: table %.10q in the answer to %.80q", mysql.ErrMalformed, index, sql.String())
		}
		r.add(string(value), tables[i])
		return nil
	})
}

// charset returns the character set in which the site's PHP gets values.
func (r *reader) charset() string {
	name := strings.ToLower(r.site.Charset)
	if name == "" || name == "utf8" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "utf8mb4"
	}
	return name
}

// add adds a value. WordPress trims it.
func (r *reader) add(value, table string) {
	value = strings.Trim(value, " \t\n\r\v\x00")
	if value == "" || value == "0" || value == "wp-content/uploads" || r.seen[value] {
		return
	}
	if r.size += len(value); r.size > maxTotal {
		r.incomplete(fmt.Sprintf("the values of upload_path are longer than %d MiB in total", maxTotal>>20))
		return
	}
	r.seen[value] = true
	r.out.List = append(r.out.List, Path{Value: value, Table: table})
}

// incomplete notes once that the site has more values than are kept. It is not an error:
// the session is still needed.
func (r *reader) incomplete(why string) {
	if !r.cut {
		r.cut = true
		r.out.Unread.Add(why + ": not all of them are known")
	}
}
