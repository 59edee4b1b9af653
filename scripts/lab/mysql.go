package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// ErrNoMySQL is returned by StartMySQL and MySQLProgram if scripts/fetch has not
// downloaded MySQL.
var ErrNoMySQL = errors.New("MySQL is not there")

// StartMySQL starts a private instance of the MySQL that scripts/fetch downloaded
// into the cache folder. It works like StartMariaDB.
func StartMySQL(ctx context.Context, dir string, extraArgs ...string) (*Server, error) {
	root, daemon, err := mysqlProgram("usr/sbin/mysqld")
	if err != nil {
		return nil, err
	}
	base := append([]string{
		"--basedir=" + filepath.Join(root, "usr"), "--plugin-dir=" + filepath.Join(root, "usr/lib/mysql/plugin"),
	}, userOption()...)
	daemon = append(daemon, "--no-defaults")
	return product{
		name:   "MySQL",
		daemon: daemon,
		create: append(slices.Clone(daemon), "--initialize-insecure", "--innodb-flush-log-at-trx-commit=0"),
		base:   base,
		serve:  []string{"--mysqlx=OFF", "--innodb-redo-log-capacity=32M", "--innodb-doublewrite=OFF"},
	}.start(ctx, dir, extraArgs)
}

// MySQLProgram is the command line of a program of the downloaded MySQL, such as
// mysql or mysqldump. Append its arguments.
func MySQLProgram(name string) ([]string, error) {
	_, command, err := mysqlProgram(filepath.Join("usr/bin", name))
	return command, err
}

// mysqlProgram is the folder of the downloaded system and the command line of a
// program in it. The program runs with that system's loader and libraries; unlike
// chroot, this needs no privileges.
func mysqlProgram(path string) (root string, command []string, err error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", nil, err
	}
	root = filepath.Join(cache, "mysql-sid")
	if _, err := os.Stat(filepath.Join(root, path)); err != nil {
		return "", nil, fmt.Errorf("%w: no %s below %s; run scripts/fetch mysql", ErrNoMySQL, path, root)
	}
	loaders, err := filepath.Glob(filepath.Join(root, "lib*/ld-linux*.so.*"))
	if err != nil || len(loaders) == 0 {
		return "", nil, fmt.Errorf("%w: no loader below %s; remove it and run scripts/fetch mysql", ErrNoMySQL, root)
	}
	libraries, err := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-gnu*"))
	if err != nil || len(libraries) == 0 {
		return "", nil, fmt.Errorf("%w: no libraries below %s; remove it and run scripts/fetch mysql", ErrNoMySQL, root)
	}
	return root, []string{loaders[0], "--library-path", libraries[0], filepath.Join(root, path)}, nil
}
