package lab

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// maxSocketPath is the maximum length of a Unix socket's path in bytes, without its final NUL.
const maxSocketPath = 107

// A Server is a private MariaDB or MySQL in its own folder. Its account root has no password, and
// is accepted from this machine only.
type Server struct {
	Socket string   // path of the Unix socket
	Port   int      // TCP port on 127.0.0.1
	Dir    string   // contains the data, the socket and the error log
	Client []string // command line of the standard client of the same release; the caller appends the arguments

	proc      *process
	socketDir string // folder to remove at the end; "" if the socket is below Dir
}

// A product describes how to run a database server program.
type product struct {
	name   string
	daemon []string // command line that runs the server program
	client []string // command line of the standard client
	create []string // command line that creates the system tables
	base   []string // additional options of daemon and create
	serve  []string // additional options of daemon
}

// start creates the data below dir unless they exist, starts the server, and waits until it
// answers.
func (p product) start(ctx context.Context, dir string, extraArgs []string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { // clients of other users must reach the socket
		return nil, err
	}
	// A server empties its folder of temporary tables when it starts, so each server has its own.
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); errors.Is(err, fs.ErrNotExist) {
		if err := p.copyData(ctx, dir); err != nil {
			return nil, fmt.Errorf("create the data of %s in %s: %w", p.name, dir, err)
		}
	}
	var s *Server
	err = retryStart(func() (err error) {
		s, err = p.launch(ctx, dir, extraArgs)
		return err
	})
	return s, err
}

// copyData copies new system tables into dir/data. They take seconds to create, so they are
// created only once for each version of the server.
func (p product) copyData(ctx context.Context, dir string) error {
	version, err := runIn(ctx, dir, p.daemon[0], append(slices.Clone(p.daemon[1:]), "--version")...)
	if err != nil {
		return err
	}
	_, version, _ = strings.Cut(version, " Ver ") // the program's path comes first
	key := sha256.Sum256(fmt.Appendf(nil, "%s %q", version, append(slices.Clone(p.create), p.base...)))
	template, err := cached(fmt.Sprintf("data-%s-%x", strings.ToLower(p.name), key[:6]), func(tmp string) (string, error) {
		data := filepath.Join(tmp, "data")
		args := slices.Concat(p.create[1:], p.base, []string{"--datadir=" + data, "--tmpdir=" + tmp})
		_, err := runIn(ctx, tmp, p.create[0], args...)
		return data, err
	})
	if err != nil {
		return err
	}
	fresh := filepath.Join(dir, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if _, err := runIn(ctx, dir, "cp", "-a", "--reflink=auto", template, fresh); err != nil {
		return err
	}
	// The rename ensures that an interrupted copy is not mistaken for a complete one.
	return os.Rename(fresh, filepath.Join(dir, "data"))
}

// launch starts the server on a free port and waits until it answers.
func (p product) launch(ctx context.Context, dir string, extraArgs []string) (*Server, error) {
	s := &Server{Dir: dir, Client: p.client}
	var err error
	if s.Socket, s.socketDir, err = socketPath(dir); err != nil {
		return nil, err
	}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	args := slices.Concat(p.daemon[1:], p.base, p.serve, []string{
		"--datadir=" + filepath.Join(dir, "data"), "--tmpdir=" + filepath.Join(dir, "tmp"),
		"--socket=" + s.Socket, "--pid-file=" + filepath.Join(dir, "pid"), "--port=" + strconv.Itoa(s.Port),
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin", "--innodb-buffer-pool-size=64M",
		"--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF", "--secure-file-priv=",
	}, extraArgs)
	if s.proc, err = startProcess(exec.Command(p.daemon[0], args...), filepath.Join(dir, "error.log")); err != nil {
		return nil, err
	}
	ready := func(ctx context.Context) error { return execAll(ctx, s.DSN(""), []string{"DO 1"}) }
	if err := s.proc.waitReady(ctx, ready); err != nil {
		s.Kill()
		return nil, fmt.Errorf("start %s in %s: %w", p.name, dir, err)
	}
	return s, nil
}

// DSN returns the data source name of root's connection to db through the socket, for the driver
// github.com/go-sql-driver/mysql. One query may contain several statements.
func (s *Server) DSN(db string) string {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.DBName = "root", "unix", s.Socket, db
	c.MultiStatements = true
	return c.FormatDSN()
}

// Exec runs statements one after another, as root, on one connection without a
// default database.
func (s *Server) Exec(ctx context.Context, sql ...string) error {
	return execAll(ctx, s.DSN(""), sql)
}

// PID returns the ID of the server's process.
func (s *Server) PID() int { return s.proc.pid() }

// Stop shuts the server down and waits until it has ended. The data stay.
func (s *Server) Stop() error {
	defer s.removeSocket()
	return s.proc.stop()
}

// Kill ends the server at once, as in a crash. The data stay.
func (s *Server) Kill() {
	s.proc.kill()
	s.removeSocket()
}

func (s *Server) removeSocket() {
	if s.socketDir != "" {
		_ = os.RemoveAll(s.socketDir)
	}
}

// userOption returns the option that the servers need to run as root.
func userOption() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

// socketPath returns the path of the socket of a server below dir. If that path would be too
// long, it creates a folder for the socket elsewhere, and returns it as made. The caller removes
// that folder.
func socketPath(dir string) (socket, made string, err error) {
	if socket = filepath.Join(dir, "s"); len(socket) <= maxSocketPath {
		return socket, "", nil
	}
	if made, err = os.MkdirTemp("", "lab"); err != nil {
		return "", "", err
	}
	return filepath.Join(made, "s"), made, os.Chmod(made, 0o755)
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
