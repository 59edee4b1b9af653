package drill

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// databasePrefix is the beginning of the names of the databases and accounts of drills.
const databasePrefix = "wp_oneway_drill_"

const (
	startLimit = 2 * time.Minute // the time a private server has to start
	closeLimit = time.Minute     // the time to remove what a drill created
)

// A database is a new database on a server, with an account that has rights on this database only.
type database struct {
	wordpress.Database
	admin  *mysql.Conn
	server *privateServer // nil if Options.Server is used
	host   string         // the host part of the account name
}

// newDatabase creates a database. If server is nil, it starts a private one below dir.
func newDatabase(ctx context.Context, server *wordpress.Database, dir string) (db *database, err error) {
	db = &database{}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.close(ctx))
		}
	}()
	admin := wordpress.Database{User: "root"}
	if server != nil {
		admin = *server
	} else {
		if db.server, err = startPrivateServer(ctx, dir); err != nil {
			return db, err
		}
		admin.Socket = db.server.socket
	}
	admin.Name = "information_schema" // every account can use it
	if db.admin, err = mysql.Connect(ctx, admin, mysql.Options{}); err != nil {
		return db, err
	}
	db.Database = admin
	if db.server != nil {
		if err := db.setPasswords(ctx); err != nil {
			return db, err
		}
	}
	return db, db.create(ctx)
}

// setPasswords gives a random password to each account that can connect through the socket of
// a private server. PHP code of the backup can reach that socket, and must not become the
// administrator of the server.
func (db *database) setPasswords(ctx context.Context) error {
	accounts, err := db.admin.Rows(ctx, "SELECT User, Host FROM mysql.user WHERE User<>'mariadb.sys' AND Host IN ('localhost','%','')", 2)
	for _, a := range accounts {
		if err == nil {
			err = db.admin.Exec(ctx, "ALTER USER "+sqltext.Literal(a[0].Text)+"@"+sqltext.Literal(a[1].Text)+" IDENTIFIED BY "+sqltext.Literal(rand.Text()))
		}
	}
	if err != nil {
		return fmt.Errorf("close the accounts of the private server: %w", err)
	}
	return nil
}

// create creates the database and its account.
func (db *database) create(ctx context.Context) error {
	db.removeLeft(ctx)
	row, err := db.admin.Row(ctx, "SELECT @@event_scheduler, SUBSTRING_INDEX(USER(),'@',-1)", 2)
	if err != nil {
		return fmt.Errorf("examine the server: %w", err)
	}
	if row[0].Text == "ON" || row[0].Text == "1" {
		return errors.New("the server runs events, also those of a restored database; SET GLOBAL event_scheduler=OFF, or omit --db-defaults-file to use a private server")
	}
	name, password := databasePrefix+strings.ToLower(rand.Text()[:12]), rand.Text()
	db.Name, db.User, db.Password, db.Operator, db.host = name, name, secret.Text(password), nil, row[1].Text
	if row, err := db.admin.Row(ctx, "SELECT GET_LOCK("+sqltext.Literal(name)+",0)", 1); err != nil || row[0].Text != "1" {
		return fmt.Errorf("lock the new database %s: %w", name, errors.Join(err, errLocked))
	}
	for _, statement := range []string{
		"CREATE DATABASE " + sqltext.Ident(name) + " CHARACTER SET utf8mb4",
		"CREATE USER " + db.account() + " IDENTIFIED BY " + sqltext.Literal(password),
		"GRANT ALL ON " + sqltext.Ident(strings.ReplaceAll(name, "_", `\_`)) + ".* TO " + db.account(),
	} {
		if err := db.admin.Exec(ctx, statement); err != nil {
			return fmt.Errorf("create a database for the drill, which needs an account that may create databases and accounts: %w", err)
		}
	}
	return nil
}

var errLocked = errors.New("another drill has its lock")

func (db *database) account() string {
	return sqltext.Literal(db.User) + "@" + sqltext.Literal(db.host)
}

// removeLeft removes the databases that killed drills have left: those that nobody has locked.
func (db *database) removeLeft(ctx context.Context) {
	names, err := db.admin.Strings(ctx, "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE "+
		sqltext.Literal(strings.ReplaceAll(databasePrefix, "_", `\_`)+"____________")+" AND IS_FREE_LOCK(SCHEMA_NAME)")
	if err != nil {
		return // the account is not allowed to list databases
	}
	for _, name := range names {
		_ = db.admin.Exec(ctx, "DROP DATABASE "+sqltext.Ident(name))
		accounts, _ := db.admin.Rows(ctx, "SELECT User, Host FROM mysql.user WHERE User="+sqltext.Literal(name), 2)
		for _, a := range accounts {
			_ = db.admin.Exec(ctx, "DROP USER "+sqltext.Literal(a[0].Text)+"@"+sqltext.Literal(a[1].Text))
		}
	}
}

// close removes the database and its account, and stops a private server.
func (db *database) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	var failed []error
	if db.admin != nil {
		if db.server == nil && db.host != "" {
			failed = append(failed, db.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+sqltext.Ident(db.Name)), db.admin.Exec(ctx, "DROP USER IF EXISTS "+db.account()))
		}
		_ = db.admin.Close()
	}
	if db.server != nil {
		db.server.kill()
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("remove the drill's database %s: %w", db.Name, err)
	}
	return nil
}

// describe names the server.
func (db *database) describe() string {
	s := db.admin.Server()
	text := s.Flavour() + " " + s.Version
	if db.server != nil {
		text += " (private)"
	}
	return text
}

// A privateServer is a MariaDB server that only this process can reach. It has no network and
// runs no events, and its system user has no rights.
type privateServer struct {
	socket string
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has ended
}

// startPrivateServer creates a data folder for a server below dir, and starts the server.
func startPrivateServer(ctx context.Context, dir string) (*privateServer, error) {
	install, err1 := lookProgram("mariadb-install-db")
	daemon, err2 := lookProgram("mariadbd")
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("restore the database: %w; install MariaDB's server (Debian: mariadb-server-core), or give a server with --db-defaults-file", err)
	}
	home := filepath.Join(dir, "server")
	if err := os.MkdirAll(filepath.Join(home, "tmp"), 0o700); err != nil {
		return nil, err
	}
	who, err := serverAccount(home)
	if err != nil {
		return nil, err
	}
	s := &privateServer{socket: filepath.Join(home, "s"), ended: make(chan struct{})}
	if len(s.socket) > 107 {
		return nil, fmt.Errorf("start a private server in %s: the path is too long for a socket; give another folder with --scratch", dir)
	}
	common := []string{"--no-defaults", "--datadir=" + filepath.Join(home, "data"), "--tmpdir=" + filepath.Join(home, "tmp"), "--skip-name-resolve"}
	created := s.command(home, who, install, append(common, "--auth-root-authentication-method=normal", "--skip-test-db",
		"--force")...) // also if the name of this host has no address)
	out, err := runBound(ctx, created)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("start a private server: its account, mysql or nobody, must be able to pass through %s; give another folder with --scratch: %w", dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("create the data of a private server: %w: %.300s", err, strings.TrimSpace(string(out)))
	}
	s.cmd = s.command(home, who, daemon, append(common, "--socket="+s.socket, "--pid-file="+filepath.Join(home, "pid"), "--log-error="+filepath.Join(home, "log"),
		"--skip-networking", "--event-scheduler=OFF", "--local-infile=0", "--secure-file-priv="+filepath.Join(home, "tmp"), "--skip-symbolic-links", "--skip-log-bin",
		"--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=1G", "--performance-schema=OFF")...)
	started := make(chan error, 1)
	go func() { // when the thread that started the server ends, the kernel kills the server
		runtime.LockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait()
		}
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start a private server: %w", err)
	}
	return s, s.waitReady(ctx, home)
}

// command returns a command for a program of the server, with an environment of its own.
func (s *privateServer) command(home string, who *syscall.Credential, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:noctx // it must end with this process, not with a context
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return cmd
}

// runBound runs a command, which is killed with its children when ctx ends.
func runBound(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	err := cmd.Wait()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return []byte(out.String()), err
}

// waitReady waits until the server accepts connections.
func (s *privateServer) waitReady(ctx context.Context, home string) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		conn, err := mysql.Connect(ctx, wordpress.Database{Name: "information_schema", User: "root", Socket: s.socket}, mysql.Options{})
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			log, _ := os.ReadFile(filepath.Join(home, "log"))
			return fmt.Errorf("start a private server: it ended: %.500s", strings.TrimSpace(string(log[max(0, len(log)-500):])))
		case <-ctx.Done():
			s.kill()
			return fmt.Errorf("start a private server: %w", errors.Join(context.Cause(ctx), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// kill kills the server. Its data are removed anyway, so it need not shut down cleanly.
func (s *privateServer) kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	select {
	case <-s.ended: // another process may have its ID by now
	default:
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
}
