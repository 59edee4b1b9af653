package lab

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

// maxSocketPath is how long a Unix socket's path may be, its final zero excluded.
const maxSocketPath = 107

// A MariaDB is a private server below a folder of its own. root has no password
// and may come from the same machine only.
type MariaDB struct {
	Socket string // path of the Unix socket
	Port   int    // TCP port on 127.0.0.1
	Dir    string // holds the data, the socket and the error log

	proc      *process
	socketDir string // to remove on Stop when the socket did not fit below Dir
}

// StartMariaDB brings up a private instance of Debian's mariadb-server below dir,
// which is created if need be, and waits until it answers; data of an earlier run
// are used again. It never touches the system's server. It runs as who starts it,
// root included, keeps little memory and does not sync to disk; extraArgs are
// mariadbd's own, such as --innodb-buffer-pool-size=1G, and win over the defaults.
func StartMariaDB(ctx context.Context, dir string, extraArgs ...string) (*MariaDB, error) {
	install, err := lookProgram("mariadb-install-db", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	daemon, err := lookProgram("mariadbd", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	m := &MariaDB{Dir: dir}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(data, "mysql")); errors.Is(err, os.ErrNotExist) {
		args := append([]string{
			"--no-defaults", "--datadir=" + data, "--skip-test-db",
			"--auth-root-authentication-method=normal", "--skip-name-resolve",
			"--innodb-flush-method=nosync", "--innodb-log-file-size=16M",
		}, asUser()...)
		if out, err := exec.CommandContext(ctx, install, args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("create MariaDB data in %s: %w: %s", data, err, out)
		}
	}
	if m.Socket, m.socketDir, err = socketPath(dir); err != nil {
		return nil, err
	}
	if m.Port, err = freePort(); err != nil {
		return nil, err
	}
	args := append([]string{
		"--no-defaults", "--datadir=" + data, "--socket=" + m.Socket,
		"--pid-file=" + filepath.Join(dir, "pid"), "--port=" + strconv.Itoa(m.Port),
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin",
		"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-flush-method=nosync",
		"--innodb-flush-log-at-trx-commit=0", "--key-buffer-size=8M", "--aria-pagecache-buffer-size=8M",
		"--performance-schema=OFF", "--max-allowed-packet=64M", "--secure-file-priv=",
	}, asUser()...)
	if m.proc, err = startProcess(daemon, append(args, extraArgs...), filepath.Join(dir, "error.log")); err != nil {
		return nil, err
	}
	if err := m.proc.await(ctx, func() error { return ping(ctx, m.DSN("")) }); err != nil {
		m.Kill()
		return nil, fmt.Errorf("start MariaDB in %s: %w", dir, err)
	}
	return m, nil
}

// DSN is root's way into db through the socket, for the driver
// github.com/go-sql-driver/mysql; several statements may be sent at once.
func (m *MariaDB) DSN(db string) string { return socketDSN(m.Socket, db) }

// Exec runs statements, one after another, as root on one connection without a
// current database.
func (m *MariaDB) Exec(ctx context.Context, sql ...string) error {
	return execAll(ctx, m.DSN(""), sql)
}

// PID is the server's process.
func (m *MariaDB) PID() int { return m.proc.cmd.Process.Pid }

// Stop shuts the server down in good order and waits for its end; the data stay.
func (m *MariaDB) Stop() error {
	defer m.removeSocket()
	return m.proc.stop(30 * time.Second)
}

// Kill ends the server at once, as a crash would.
func (m *MariaDB) Kill() {
	m.proc.kill()
	m.removeSocket()
}

func (m *MariaDB) removeSocket() {
	if m.socketDir != "" {
		_ = os.RemoveAll(m.socketDir)
	}
}

// lookProgram finds a program that the Debian package pkg has, in PATH or in the
// folders of programs for administrators.
func lookProgram(name, pkg string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find %s: not installed; Debian has it in %s (apt-get install --no-install-recommends %s)", name, pkg, pkg)
}

// asUser is what the server's programs want to hear before they run as root.
func asUser() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

// socketPath is where a server below dir puts its socket; the folder made for it,
// if it would not fit below dir, is to be removed in the end.
func socketPath(dir string) (socket, made string, err error) {
	if socket = filepath.Join(dir, "s"); len(socket) <= maxSocketPath {
		return socket, "", nil
	}
	if made, err = os.MkdirTemp("", "lab"); err != nil {
		return "", "", err
	}
	return filepath.Join(made, "s"), made, os.Chmod(made, 0o755)
}

func socketDSN(socket, db string) string {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.DBName = "root", "unix", socket, db
	c.MultiStatements = true
	return c.FormatDSN()
}

func ping(ctx context.Context, dsn string) error {
	return execAll(ctx, dsn, []string{"DO 1"})
}

func execAll(ctx context.Context, dsn string, statements []string) error {
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		return err
	}
	c.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("run %.100q: %w", s, err)
		}
	}
	return nil
}
