package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// ErrNoMySQL is returned by StartMySQL where scripts/mysql has not fetched MySQL.
var ErrNoMySQL = errors.New("MySQL is not there")

// A MySQL is a private server below a folder of its own. root has no password and
// may come from the same machine only.
type MySQL struct {
	Socket string // path of the Unix socket
	Port   int    // TCP port on 127.0.0.1
	Dir    string // holds the data, the socket and the error log

	proc      *process
	socketDir string // to remove on Stop when the socket did not fit below Dir
}

// StartMySQL brings up a private instance of the MySQL that scripts/mysql fetched
// from Debian sid into the cache folder, as StartMariaDB does for MariaDB.
func StartMySQL(ctx context.Context, dir string, extraArgs ...string) (*MySQL, error) {
	root, daemon, err := mysqlProgram("usr/sbin/mysqld")
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	m := &MySQL{Dir: dir}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	base := append(daemon[1:], "--no-defaults", "--basedir="+filepath.Join(root, "usr"),
		"--plugin-dir="+filepath.Join(root, "usr/lib/mysql/plugin"), "--datadir="+data)
	base = append(base, asUser()...)
	if _, err := os.Stat(filepath.Join(data, "mysql.ibd")); errors.Is(err, os.ErrNotExist) {
		args := append(append([]string{}, base...), "--initialize-insecure", "--innodb-flush-log-at-trx-commit=0")
		if out, err := exec.CommandContext(ctx, daemon[0], args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("create MySQL data in %s: %w: %s", data, err, out)
		}
	}
	if m.Socket, m.socketDir, err = socketPath(dir); err != nil {
		return nil, err
	}
	if m.Port, err = freePort(); err != nil {
		return nil, err
	}
	args := append(base, "--socket="+m.Socket, "--pid-file="+filepath.Join(dir, "pid"),
		"--port="+strconv.Itoa(m.Port), "--bind-address=127.0.0.1", "--mysqlx=OFF", "--skip-log-bin",
		"--skip-name-resolve", "--innodb-buffer-pool-size=64M", "--innodb-redo-log-capacity=32M",
		"--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF", "--performance-schema=OFF", "--secure-file-priv=")
	if m.proc, err = startProcess(daemon[0], append(args, extraArgs...), filepath.Join(dir, "error.log")); err != nil {
		return nil, err
	}
	if err := m.proc.await(ctx, func() error { return ping(ctx, m.DSN("")) }); err != nil {
		m.Kill()
		return nil, fmt.Errorf("start MySQL in %s: %w", dir, err)
	}
	return m, nil
}

// DSN is root's way into db through the socket, for the driver
// github.com/go-sql-driver/mysql; several statements may be sent at once.
func (m *MySQL) DSN(db string) string { return socketDSN(m.Socket, db) }

// Exec runs statements, one after another, as root on one connection without a
// current database.
func (m *MySQL) Exec(ctx context.Context, sql ...string) error {
	return execAll(ctx, m.DSN(""), sql)
}

// PID is the server's process.
func (m *MySQL) PID() int { return m.proc.cmd.Process.Pid }

// Stop shuts the server down in good order and waits for its end; the data stay.
func (m *MySQL) Stop() error {
	defer m.removeSocket()
	return m.proc.stop(60 * time.Second)
}

// Kill ends the server at once, as a crash would.
func (m *MySQL) Kill() {
	m.proc.kill()
	m.removeSocket()
}

func (m *MySQL) removeSocket() {
	if m.socketDir != "" {
		_ = os.RemoveAll(m.socketDir)
	}
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
