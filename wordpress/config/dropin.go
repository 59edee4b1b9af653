package config

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A dropin says how a content folder's db.php changes the database connection.
type dropin uint8

const (
	dropinNone    dropin = iota // no drop-in, or one that uses the server of the DB_* constants
	dropinServers               // reads a list of servers: HyperDB, LudicrousDB
	dropinCluster               // reads W3 Total Cache's list of servers, if there is one
	dropinOwn                   // may open the connection itself
)

// findDropin classifies the content folder's db.php, which replaces WordPress'
// database class.
func (r *reader) findDropin(res result) (dropin, error) {
	content := r.site.Config.ContentDir
	if content == "" {
		content = filepath.Join(r.site.Core, "wp-content")
	}
	if !r.home.Contains(content) {
		return dropinNone, nil
	}
	path := filepath.Join(content, "db.php")
	found, err := r.exists(path)
	if err != nil || !found {
		return dropinNone, err
	}
	text, err := (&siteFiles{home: r.home}).ReadFile(path)
	if err != nil {
		return dropinNone, fileRefusal(path, err)
	}
	code := strings.ToLower(stripComments(string(text)))
	switch {
	case containsAny(code, "sqlite_db_dropin_version", "wp_sqlite_db", "/sqlite/db.php", "wp-includes/sqlite", "pdo_sqlite", "sqlite-integration", "fqdb"):
		if v := res.Constant("DB_ENGINE"); v.State == php.Known && v.Text != "sqlite" {
			return dropinNone, nil // the drop-in then disables itself
		}
		return dropinNone, r.notMySQL(path, "SQLite")
	case containsAny(code, "pg4wp", "pg_connect", "'pgsql'", `"pgsql"`, "wpdb_pgsql"):
		return dropinNone, r.notMySQL(path, "PostgreSQL")
	case containsAny(code, "hyperdb", "ludicrousdb", "db_config_file", "db-config.php", "add_database"):
		return dropinServers, nil
	case containsAny(code, "w3tc"):
		return dropinCluster, nil
	case containsAny(code, "wpdb"):
		return dropinOwn, nil
	}
	return dropinNone, nil
}

func containsAny(text string, marks ...string) bool {
	for _, m := range marks {
		if strings.Contains(text, m) {
			return true
		}
	}
	return false
}

func (r *reader) notMySQL(path, engine string) error {
	e := refuse(wordpress.NotMySQL, path, "the site's database is %s, not MySQL or MariaDB", engine)
	e.Hint = "back up only its files with --kind files"
	return e
}

// serversProbe runs in place of wp-settings.php. It records a server of the list that
// differs from the DB_* constants.
const serversProbe = `<?php
class wp_oneway_servers {
	function add_database( $s ) {
		if ( (string) ( $s['host'] ?? DB_HOST ) !== (string) DB_HOST || (string) ( $s['user'] ?? DB_USER ) !== (string) DB_USER
			|| (string) ( $s['password'] ?? DB_PASSWORD ) !== (string) DB_PASSWORD || (string) ( $s['name'] ?? DB_NAME ) !== (string) DB_NAME ) {
			$GLOBALS['wp_oneway_differs'] = $s['host'] ?? 'another account';
		}
	}
	function add_table( $dataset = '', $table = '' ) {}
	function add_callback( $callback = null, $group = '' ) {}
	function __call( $name, $args ) {}
}
$wpdb = new wp_oneway_servers();
$wp_oneway_differs = '';
`

// checkServers reads the server list of a drop-in that has one. A list with a server
// or an account other than the DB_* constants is refused, because the database is then
// ambiguous.
func (r *reader) checkServers(ctx context.Context, d dropin, first result) error {
	list, after := "", ""
	var err error
	switch d {
	case dropinNone:
		return nil
	case dropinOwn:
		return r.ownConnection(ctx)
	case dropinServers:
		list, err = r.findServers(first)
		after = "require " + quote(list) + ";"
	case dropinCluster:
		list, after, err = r.findCluster(first)
	}
	if err != nil {
		r.site.Config.DB = wordpress.Database{}
		return err
	}
	if list == "" {
		return nil
	}
	res, err := r.evaluate(ctx, []byte(serversProbe+after))
	if err != nil {
		return r.discardDatabase(r.refusal(err))
	}
	if !slices.Contains(r.site.Config.Files, list) {
		r.site.Config.Files = append(r.site.Config.Files, list)
	}
	v := res.Variable("wp_oneway_differs")
	switch {
	case v.State == php.Open:
		return r.discardDatabase(fromRefusal(v.Why))
	case v.Text != "":
		return r.discardDatabase(refuse(wordpress.Undecidable, list, "its server list differs from the DB_* constants"))
	}
	return nil
}

// discardDatabase clears the database settings and returns err.
func (r *reader) discardDatabase(err *wordpress.ConfigError) error {
	r.site.Config.DB = wordpress.Database{}
	return err
}

// findServers finds the list as HyperDB and LudicrousDB do: at DB_CONFIG_FILE, then in
// the core's folder, in the content folder and in the core's parent folder.
func (r *reader) findServers(res result) (string, error) {
	core, content := r.site.Core, r.site.Config.ContentDir
	above := filepath.Dir(core)
	var paths []string
	switch v := res.Constant("DB_CONFIG_FILE"); v.State {
	case php.Open:
		return "", r.discardDatabase((&answers{res: res, site: r.site}).open("DB_CONFIG_FILE", v.Why))
	case php.Known:
		if v.Text != "" {
			paths = append(paths, r.site.join(v.Text))
		}
	case php.Absent:
	}
	paths = append(paths, filepath.Join(core, "db-config.php"))
	if content != "" {
		paths = append(paths, filepath.Join(content, "db-config.php"))
	}
	if r.home.Contains(above) {
		other, err := r.exists(filepath.Join(above, site.SettingsFile))
		if err != nil {
			return "", err
		}
		if !other {
			paths = append(paths, filepath.Join(above, "db-config.php"))
		}
	}
	for _, path := range paths {
		found, err := r.exists(path)
		if err != nil {
			return "", err
		}
		if found {
			return r.home.Resolve(path)
		}
	}
	return "", nil
}

// stripComments replaces each comment in PHP source with a space.
func stripComments(src string) string {
	var b strings.Builder
	for i := 0; i < len(src); {
		n := tokenLength(src[i:])
		if text := src[i : i+n]; strings.HasPrefix(text, "/*") || strings.HasPrefix(text, "//") || text[0] == '#' {
			b.WriteByte(' ')
		} else {
			b.WriteString(text)
		}
		i += n
	}
	return b.String()
}

// tokenLength returns the length of the comment, string or single byte that s starts
// with.
func tokenLength(s string) int {
	until := func(mark string, from int) int {
		if i := strings.Index(s[from:], mark); i >= 0 {
			return from + i + len(mark)
		}
		return len(s)
	}
	switch {
	case strings.HasPrefix(s, "/*"):
		return until("*/", 2)
	case strings.HasPrefix(s, "//"), s[0] == '#' && !strings.HasPrefix(s, "#["):
		return until("\n", 1)
	case s[0] == '\'' || s[0] == '"':
		for i := 1; i < len(s); i++ {
			if s[i] == '\\' {
				i++
			} else if s[i] == s[0] {
				return i + 1
			}
		}
		return len(s)
	}
	return 1
}
