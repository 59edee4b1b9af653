package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoMySQL is the error of StartMySQL and MySQLProgram if scripts/fetch has not downloaded
// MySQL.
var ErrNoMySQL = errors.New("MySQL is not there")

// StartMySQL starts a private instance of the MySQL that scripts/fetch downloaded
// into the cache folder. It works like StartMariaDB.
func StartMySQL(ctx context.Context, dir string, extraArgs ...string) (*Server, error) {
	if _, err := MySQLProgram("mysql"); err != nil {
		return nil, err
	}
	return StartRelease(ctx, "mysql", dir, extraArgs...)
}

// MySQLProgram returns the command line of a program of the downloaded MySQL, such as mysql or
// mysqldump. The caller appends the arguments.
func MySQLProgram(name string) ([]string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(cache, "server-mysql", "usr/bin", name)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%w: no %s; run scripts/fetch mysql", ErrNoMySQL, path)
	}
	return []string{path}, nil
}
