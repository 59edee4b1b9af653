package lab

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// StartRelease starts a private instance of a server that scripts/fetch knows by this name:
// mariadb-10.5, mariadb-10.11, mariadb-11.8, mysql (the newest) or mysql-5.6. It first downloads
// the server if it is not in the cache folder. Otherwise it works like StartMariaDB. MySQL 5.6
// has no client of its own; its Client is the installed one.
func StartRelease(ctx context.Context, name, dir string, extraArgs ...string) (*Server, error) {
	root, err := fetched(ctx, name)
	if err != nil {
		return nil, err
	}
	usr := filepath.Join(root, "usr")
	switch {
	case strings.HasPrefix(name, "mariadb-"):
		p := mariaDB(filepath.Join(usr, "sbin/mariadbd"), filepath.Join(usr, "bin/mariadb"), filepath.Join(usr, "bin/mariadb-install-db"), "--no-defaults", "--basedir="+usr)
		sets, err := filepath.Glob(filepath.Join(usr, "share/*/charsets"))
		if err != nil || len(sets) != 1 {
			return nil, fmt.Errorf("start %s: no character sets below %s; remove it and run scripts/fetch %s", name, root, name)
		}
		p.client = append(p.client, "--character-sets-dir="+sets[0])
		p.serve = append(p.serve, "--basedir="+usr, "--character-sets-dir="+sets[0])
		return p.start(ctx, dir, extraArgs)
	case name == "mysql-5.6":
		return oldMySQL(usr).start(ctx, dir, extraArgs)
	}
	daemon := []string{filepath.Join(usr, "sbin/mysqld"), "--no-defaults"}
	return product{
		name:   "MySQL",
		daemon: daemon,
		client: []string{filepath.Join(usr, "bin/mysql"), "--no-defaults"},
		create: append(daemon, "--initialize-insecure", "--innodb-flush-log-at-trx-commit=0"),
		base:   append([]string{"--basedir=" + usr, "--plugin-dir=" + filepath.Join(usr, "lib/mysql/plugin")}, userOption()...),
		serve:  []string{"--mysqlx=OFF", "--innodb-redo-log-capacity=32M", "--innodb-doublewrite=OFF"},
	}.start(ctx, dir, extraArgs)
}

// oldMySQL describes a MySQL without the option --initialize. Its system tables are created by
// running SQL files.
func oldMySQL(usr string) product {
	daemon := []string{filepath.Join(usr, "sbin/mysqld"), "--no-defaults"}
	share := filepath.Join(usr, "share")
	// The command runs in the folder that will contain the data.
	create := `mkdir data && { echo "CREATE DATABASE mysql;"; echo "USE mysql;"; cat "$0"/mysql_system_tables.sql "$0"/mysql_system_tables_data.sql; } | "$@" --bootstrap`
	return product{
		name:   "MySQL",
		daemon: daemon,
		client: []string{"mysql", "--no-defaults"},
		create: append([]string{"sh", "-c", create, share}, daemon...),
		base:   append([]string{"--basedir=" + usr, "--lc-messages-dir=" + share, "--character-sets-dir=" + filepath.Join(share, "charsets"), "--innodb-log-file-size=16M"}, userOption()...),
		serve:  []string{"--innodb-flush-method=nosync"},
	}
}
