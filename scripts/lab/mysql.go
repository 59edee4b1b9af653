package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoMySQL is returned by StartMySQL where scripts/mysql has not fetched MySQL.
var ErrNoMySQL = errors.New("MySQL is not there")

// StartMySQL brings up a private instance of the MySQL that scripts/mysql fetched
// from Debian sid into the cache folder, as StartMariaDB does for MariaDB.
func StartMySQL(ctx context.Context, dir string, extraArgs ...string) (*Server, error) {
	root, daemon, err := mysqlProgram("usr/sbin/mysqld")
	if err != nil {
		return nil, err
	}
	dir, data, err := serverFolder(dir)
	if err != nil {
		return nil, err
	}
	base := append(append([]string{}, daemon...), "--no-defaults", "--basedir="+filepath.Join(root, "usr"),
		"--plugin-dir="+filepath.Join(root, "usr/lib/mysql/plugin"), "--datadir="+data)
	base = append(base, asUser()...)
	return recipe{
		name: "MySQL", mark: "mysql.ibd",
		create: append(append([]string{}, base...), "--initialize-insecure", "--innodb-flush-log-at-trx-commit=0"),
		serve:  append(append([]string{}, base...), "--mysqlx=OFF", "--innodb-redo-log-capacity=32M", "--innodb-doublewrite=OFF"),
	}.start(ctx, dir, data, extraArgs)
}

// MySQLProgram is the command line of a program of the fetched MySQL, such as
// mysql or mysqldump; its arguments are to be appended.
func MySQLProgram(name string) ([]string, error) {
	_, command, err := mysqlProgram(filepath.Join("usr/bin", name))
	return command, err
}

// mysqlProgram is a program of the fetched system, which runs with that system's
// loader and libraries, without chroot and its privileges.
func mysqlProgram(path string) (root string, command []string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", nil, err
	}
	root = filepath.Join(cache, "wp-oneway", "mysql-sid")
	if _, err := os.Stat(filepath.Join(root, path)); err != nil {
		return "", nil, fmt.Errorf("%w: no %s below %s; run scripts/mysql, which fetches it", ErrNoMySQL, path, root)
	}
	loaders, err := filepath.Glob(filepath.Join(root, "lib*/ld-linux*.so.*"))
	if err != nil || len(loaders) == 0 {
		return "", nil, fmt.Errorf("%w: no loader below %s; remove it and run scripts/mysql", ErrNoMySQL, root)
	}
	libraries, err := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-gnu*"))
	if err != nil || len(libraries) == 0 {
		return "", nil, fmt.Errorf("%w: no libraries below %s; remove it and run scripts/mysql", ErrNoMySQL, root)
	}
	return root, []string{loaders[0], "--library-path", libraries[0], filepath.Join(root, path)}, nil
}
