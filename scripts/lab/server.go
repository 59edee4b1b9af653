package lab

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

const (
	// maxSocketPath is how long a Unix socket's path may be, its final zero excluded.
	maxSocketPath = 107
	// stopPatience is how long a server may take to shut down in good order.
	stopPatience = time.Minute
)

// A Server is a private MariaDB or MySQL below a folder of its own. root has no
// password and may come from the same machine only.
type Server struct {
	Socket string // path of the Unix socket
	Port   int    // TCP port on 127.0.0.1
	Dir    string // holds the data, the socket and the error log

	proc      *process
	socketDir string // to remove on Stop when the socket did not fit below Dir
}

// A recipe is how to bring up a server of one make.
type recipe struct {
	name   string
	mark   string   // what is in the data once they were made
	create []string // makes the data
	serve  []string // serves them
}

// start makes the data below dir unless they are there, starts the server, and
// waits until it answers. data is a folder of dir.
func (r recipe) start(ctx context.Context, dir, data string, extraArgs []string) (*Server, error) {
	// A server that starts clears its folder of temporary tables: of all servers', if it is shared.
	temp := "--tmpdir=" + filepath.Join(dir, "tmp")
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(data, r.mark)); errors.Is(err, fs.ErrNotExist) {
		if out, err := exec.CommandContext(ctx, r.create[0], append(slices.Clone(r.create[1:]), temp)...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("create %s data in %s: %w: %s", r.name, data, err, out)
		}
	}
	for try := 1; ; try++ {
		s, err := r.launch(ctx, dir, temp, extraArgs)
		if err == nil || try == portTries || !errors.Is(err, errEnded) {
			return s, err
		}
	}
}

// launch starts the server on a port that is free, and waits until it answers.
func (r recipe) launch(ctx context.Context, dir, temp string, extraArgs []string) (*Server, error) {
	s := &Server{Dir: dir}
	var err error
	if s.Socket, s.socketDir, err = socketPath(dir); err != nil {
		return nil, err
	}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	args := append(slices.Clone(r.serve[1:]), temp, "--socket="+s.Socket, "--pid-file="+filepath.Join(dir, "pid"), "--port="+strconv.Itoa(s.Port),
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin", "--innodb-buffer-pool-size=64M",
		"--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF", "--secure-file-priv=")
	if s.proc, err = startProcess(r.serve[0], append(args, extraArgs...), filepath.Join(dir, "error.log")); err != nil {
		return nil, err
	}
	if err := s.proc.await(ctx, func() error { return ping(ctx, s.DSN("")) }); err != nil {
		s.Kill()
		return nil, fmt.Errorf("start %s in %s: %w", r.name, dir, err)
	}
	return s, nil
}

// serverFolder makes dir and names the folder of the data in it.
func serverFolder(dir string) (absolute, data string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	return dir, filepath.Join(dir, "data"), os.MkdirAll(dir, 0o755)
}

// DSN is root's way into db through the socket, for the driver
// github.com/go-sql-driver/mysql; several statements may be sent at once.
func (s *Server) DSN(db string) string {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.DBName = "root", "unix", s.Socket, db
	c.MultiStatements = true
	return c.FormatDSN()
}

// Exec runs statements, one after another, as root on one connection without a
// current database.
func (s *Server) Exec(ctx context.Context, sql ...string) error {
	return execAll(ctx, s.DSN(""), sql)
}

// PID is the server's process.
func (s *Server) PID() int { return s.proc.cmd.Process.Pid }

// Stop shuts the server down in good order and waits for its end; the data stay.
func (s *Server) Stop() error {
	defer s.removeSocket()
	return s.proc.stop(stopPatience)
}

// Kill ends the server at once, as a crash would.
func (s *Server) Kill() {
	s.proc.kill()
	s.removeSocket()
}

func (s *Server) removeSocket() {
	if s.socketDir != "" {
		_ = os.RemoveAll(s.socketDir)
	}
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
