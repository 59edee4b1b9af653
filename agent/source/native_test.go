package source

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// spyConfig is a configuration that looks for rights beyond its owner's. It reports them
// in the name of the database.
const spyConfig = `<?php
$spy = array( 'uid' => posix_geteuid(), 'gid' => posix_getegid(), 'groups' => posix_getgroups(), 'root' => posix_setuid( 0 ), 'env' => getenv() );
foreach ( array( 'BOB', '/etc/shadow', '/proc/AGENT/environ', '/proc/AGENT/mem', '/proc/AGENT/fd/3', '/proc/AGENT/maps' ) as $path ) {
	$spy['read'][] = @file_get_contents( $path );
	stream_wrapper_restore( 'file' );
	$spy['read'][] = @file_get_contents( $path );
	stream_wrapper_unregister( 'file' );
	stream_wrapper_register( 'file', 'WP_Oneway_Ask' );
}
$spy['list'] = array( @scandir( dirname( 'BOB' ) ), @scandir( '/proc/AGENT/fd' ) );
$spy['written'] = @file_put_contents( 'BOB', 'mine' );
foreach ( scandir( '/proc/self/fd' ) as $fd ) {
	$spy['fds'][] = (string) @readlink( "/proc/self/fd/$fd" );
}
$spy['terminal'] = is_resource( @fopen( '/dev/tty', 'r' ) );
$spy['script'] = dirname( get_included_files()[0], 2 );
$spy['session'] = posix_getsid( 0 ) === posix_getpid();
$spy['input'] = stream_get_contents( fopen( 'php://stdin', 'r' ) );
$spy['network'] = is_resource( @stream_socket_client( 'tcp://ADDRESS', $number, $text, 2 ) );
$spy['kill'] = function_exists( 'posix_kill' ) || function_exists( 'exec' );
$spy['fds'] = array_values( array_unique( preg_replace( '~\d+~', 'N', $spy['fds'] ) ) );
define( 'DB_NAME', json_encode( $spy ) ); define( 'DB_USER', 'u' );
require ABSPATH . 'wp-settings.php';
`

// networkNamespaces reports whether this system allows a tenant a network namespace.
func networkNamespaces() bool {
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: tenant.UID, Gid: tenant.GID}, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
	}
	return cmd.Run() == nil
}

type spied struct {
	UID, GID int
	Groups   []int
	Root     bool
	Env      map[string]string
	Read     []any
	List     []any
	Written  any
	FDs      []string
	Terminal bool
	Session  bool
	Input    string
	Script   string
	Network  bool
	Kill     bool
}

// PHP that runs a tenant's configuration has the tenant's rights and nothing of ours.
func TestPHPHasTheRightsOfTheOwner(t *testing.T) {
	needRoot(t)
	t.Setenv("AGENT_SECRET", "hunter2")
	dir, err := os.MkdirTemp("/tmp", "php") //nolint:usetesting // the test's own folder is closed to tenants
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	secret := filepath.Join(dir, "bob", "secret")
	root := filepath.Join(dir, "alice", "site")
	config := strings.NewReplacer("BOB", secret, "AGENT", fmt.Sprint(os.Getpid()), "ADDRESS", listener.Addr().String()).Replace(spyConfig)
	for path, text := range map[string]string{
		secret: "bob's diary", filepath.Join(root, "wp-config.php"): config, filepath.Join(root, "wp-settings.php"): "<?php",
		filepath.Join(root, "wp-load.php"): "<?php",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for folder, uid := range map[string]uint32{"alice": tenant.UID, "bob": tenant.UID + 1} {
		if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", uid, noGroup), filepath.Join(dir, folder)).CombinedOutput(); err != nil {
			t.Fatalf("chown: %v\n%s", err, out)
		}
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(dir, "temp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for binary, mode := range map[string]os.FileMode{native.Auto: 0o777, "/usr/bin/php": 0o700} {
		if err := os.Chmod(temp, mode); err != nil {
			t.Fatal(err)
		}
		req := Request{Path: root, Home: filepath.Dir(root), Mode: ConfigOnly, TempDir: temp, World: wordpress.World{EnvKnown: true, Env: map[string]string{"APP": "1"}}, WithPHP: binary}
		site, err := Open(t.Context(), req, tenant, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Errorf("%s: %v", binary, err)
			continue
		}
		facts := site.Facts()
		if err := site.Close(); err != nil {
			t.Error(err)
		}
		var s spied
		if err := json.Unmarshal([]byte(facts.Config.DB.Name), &s); err != nil {
			t.Fatalf("%s: %v: %s", binary, err, facts.Config.DB.Name)
		}
		if facts.Config.Source() != "php" {
			t.Errorf("%s: source is %s", binary, facts.Config.Source())
		}
		if s.UID != int(tenant.UID) || s.GID != noGroup || s.Root || len(s.Env) != 1 || s.Env["APP"] != "1" {
			t.Errorf("%s: its rights are %+v", binary, s)
		}
		if (s.Script == temp) != (mode == 0o777) {
			t.Errorf("%s: the script for PHP is %s", binary, s.Script)
		}
		for _, v := range append(append(s.Read, s.List...), s.Written) {
			if v != false {
				t.Errorf("%s: it read, listed or wrote %v", binary, v)
			}
		}
		if s.Terminal || !s.Session || s.Input != "" || s.Kill || s.Network && networkNamespaces() {
			t.Errorf("%s: it has more than it should: %+v", binary, s)
		}
		for _, fd := range s.FDs {
			if !slices.Contains([]string{"", "/dev/null", "pipe:[N]", "/proc/N/fd"}, fd) && !strings.HasSuffix(fd, "/wp-config.php") && !strings.HasSuffix(fd, "/ask.php (deleted)") {
				t.Errorf("%s: it has the descriptor %s", binary, fd)
			}
		}
	}
}
