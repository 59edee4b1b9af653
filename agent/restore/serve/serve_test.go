package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// siteOptions returns the options of a site that consists of one script. All users of the machine can
// access the folder with its files, so that only the isolation protects it.
func siteOptions(t *testing.T, index string) Options {
	t.Helper()
	dir, err := os.MkdirTemp("", "wp-oneway-serve-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	site, work := filepath.Join(dir, "site"), filepath.Join(dir, "work")
	for _, d := range []string{site, work} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "identity"), "AGE-SECRET-KEY")
	write(t, filepath.Join(site, "index.php"), index)
	write(t, filepath.Join(site, "program"), "#!/bin/sh\n")
	for path, mode := range map[string]fs.FileMode{dir: 0o777, filepath.Join(site, "program"): 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	php, err := FindPHP("")
	if err != nil {
		t.Fatal(err)
	}
	at := "/srv/" + filepath.Base(dir)
	return Options{PHP: php, Dir: work, Layers: []string{site}, At: at, Router: "<?php require '" + at + "/index.php';", URLs: []string{"https://x.example/"}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run returns the answer of a site.
func run(t *testing.T, o Options) *Answer {
	t.Helper()
	answer, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// hostile is a script that tries to break out, and says in its title what succeeded. HOST stands for a
// folder of the machine.
const hostile = `<?php
$done = array();
$try = function ( $name, $attack ) use ( &$done ) {
	try { if ( $attack() ) { $done[] = $name; } } catch ( Throwable $e ) {}
};
foreach ( array( 'HOST/identity', '/etc/wp-oneway/config.yaml', '/etc/shadow', '/etc/hostname', '/etc/resolv.conf', '/proc/self/environ', '/proc/1/cmdline', '/sys/kernel/notes', __DIR__ . '/link', __DIR__ . '/../../HOST/identity', '/layers/0/index.php' ) as $path ) {
	$try( "read $path", function () use ( $path ) { return false !== @file_get_contents( $path ); } );
}
foreach ( array( '/root', '/home', '/run', '/var', '/etc/wp-oneway', 'HOST', '/proc', '/sys' ) as $path ) {
	$try( "list $path", function () use ( $path ) { return false !== @scandir( $path ); } );
}
foreach ( array( 'HOST/written', '/usr/written', '/written', '/etc/written', '/etc/passwd', '/dev/written', '/srv/written', '/router.php', __DIR__ . '/out/written' ) as $path ) {
	$try( "write $path", function () use ( $path ) { return false !== @file_put_contents( $path, 'x' ); } );
}
$try( 'environment', function () { return array_diff( array_keys( getenv() ), array( 'PATH', 'HOME', 'TMPDIR', 'LC_ALL', 'OMP_NUM_THREADS' ) ); } );
foreach ( array( 'tcp://127.0.0.1:PORT', 'tcp://192.0.2.1:80', 'unix://HOST/socket', "unix://\0wp-oneway-serve-PORT" ) as $to ) {
	$try( "connect to $to", function () use ( $to ) { return @stream_socket_client( $to, $n, $m, 2 ); } );
}
$try( 'mail', function () { return mail( 'a@b.example', 's', 't' ); } );
foreach ( array( 'exec', 'proc_open', 'popen', 'pcntl_fork', 'pcntl_exec', 'posix_kill', 'dl' ) as $name ) {
	$try( $name, function () use ( $name ) { return function_exists( $name ); } );
}
$try( 'FFI', function () { return FFI::cdef( 'int getpid(void);' ); } );
$try( 'change settings', function () { return ini_set( 'disable_functions', '' ) || ini_set( 'sendmail_path', '/bin/true' ) || ini_set( 'ffi.enable', 1 ); } );
$try( 'fill the disk', function () {
	ini_set( 'memory_limit', -1 );
	$block = str_repeat( 'x', 1 << 20 );
	for ( $n = 0, $file = 0; $n < 400 && $file < 20; ) {
		$f = fopen( __DIR__ . '/big' . $file++, 'w' );
		while ( $n < 20 * $file && 1 << 20 === @fwrite( $f, $block ) ) { $n++; }
	}
	return $n > 200;
} );
$try( 'fill the memory', function () { return shmop_open( 1, 'c', 0600, 1 << 20 ); } );
for ( $i = 0; $i < 2000; $i++ ) { error_log( str_repeat( 'y', 1000 ) ); }
echo '<html><title>succeeded: ' . implode( ', ', $done ) . '</title>';
file_put_contents( __DIR__ . '/index.php', 'changed' );
unlink( __DIR__ . '/program' );
while ( true ) { echo str_repeat( 'z', 10000 ); }
`

// testHostile runs the hostile script.
func testHostile(t *testing.T) {
	o := siteOptions(t, "")
	host := filepath.Dir(o.Dir)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	_, port, _ := net.SplitHostPort(tcp.Addr().String())
	for _, name := range []string{filepath.Join(host, "socket"), "@wp-oneway-serve-" + port} {
		l, err := net.Listen("unix", name)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	site := o.Layers[0]
	script := strings.NewReplacer("HOST", host, "PORT", port).Replace(hostile)
	write(t, filepath.Join(site, "index.php"), script)
	for name, to := range map[string]string{"link": host + "/identity", "out": host} {
		if err := os.Symlink(to, filepath.Join(site, name)); err != nil {
			t.Fatal(err)
		}
	}
	answer := run(t, o)
	if len(answer.Pages) != 1 || answer.Pages[0].Problem != "" || answer.Pages[0].Title != "succeeded:" || answer.Pages[0].Bytes != maxBody {
		t.Errorf("%+v", answer)
	}
	if len(answer.Log) > maxLogLines || len(answer.Log) == 0 || len(answer.Log[0]) > 600 {
		t.Errorf("the log is not bounded: %.5000q", answer.Log)
	}
	if text, err := os.ReadFile(filepath.Join(site, "index.php")); err != nil || string(text) != script {
		t.Errorf("the restored site was changed: %.100q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(site, "program")); err != nil {
		t.Errorf("the restored site was changed: %v", err)
	}
	if left := processes(t, o.At); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
}

func TestHostilePHP(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	testHostile(t)
}

// TestHostilePHPOfAUser: the isolation also works if the drill does not run as root.
func TestHostilePHPOfAUser(t *testing.T) {
	if sitetest.AsNobody(t, "AWS_SECRET_ACCESS_KEY=secret") {
		testHostile(t)
	}
}

// testAttacks runs machine code in PHP's place.
func testAttacks(t *testing.T) {
	o := siteOptions(t, "")
	o.PHP, o.At, o.URLs = attackProgram, "/site", []string{fmt.Sprintf("%d.25", 900+os.Getpid()%1000)}
	if answer := run(t, o); len(answer.Log) > 0 {
		t.Errorf("succeeded: %q", answer.Log)
	}
	if left := processes(t, o.URLs[0]); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
}

func TestAttacks(t *testing.T) { testAttacks(t) }

func TestAttacksOfAUser(t *testing.T) {
	if sitetest.AsNobody(t) {
		testAttacks(t)
	}
}

// TestConfinement examines from outside a PHP process that hangs, and then ends it.
func TestConfinement(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("the tests need root")
	}
	o := siteOptions(t, "<?php while ( true ) { sleep( 1000 ); }")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := Run(ctx, o)
		ended <- err
	}()
	var status string
	for !strings.Contains(status, "Seccomp:\t2") {
		if ctx.Err() != nil || len(ended) > 0 {
			t.Fatal("PHP did not start")
		}
		for _, pid := range processes(t, o.At) {
			text, _ := os.ReadFile("/proc/" + pid + "/status")
			limits, _ := os.ReadFile("/proc/" + pid + "/limits")
			status = string(text) + string(limits)
		}
		time.Sleep(5 * time.Millisecond)
	}
	reason := errors.New("enough")
	cancel(reason)
	if err := <-ended; !errors.Is(err, reason) {
		t.Error(err)
	}
	if left := processes(t, o.At); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
	for _, want := range []string{"CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1"} {
		if !strings.Contains(status, want) {
			t.Errorf("no %q in %s", want, status)
		}
	}
	var uid, gid int
	for line := range strings.Lines(status) {
		_, _ = fmt.Sscanf(line, "Uid: %d", &uid)
		_, _ = fmt.Sscanf(line, "Gid: %d", &gid)
		if strings.HasPrefix(line, "Groups:") && strings.TrimSpace(line) != "Groups:" {
			t.Errorf("PHP has the groups %s", line)
		}
	}
	if uid < 61184 || uid > 65519 || gid != uid {
		t.Errorf("PHP has the user %d and the group %d", uid, gid)
	}
}

// TestAnswers checks the results of different answers of a site.
func TestAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		index   string
		problem string // part of the page's Problem
		log     string // part of the last line
		want    Page
	}{
		"a page":           {`<!DOCTYPE HTML><title> A &amp;` + "\n" + `B </title><?php echo $_SERVER['HTTP_HOST'];`, "", "", Page{Status: 200, HTML: true, Title: "A & B"}},
		"an error":         {`<?php nothing();`, "", "Uncaught Error: Call to undefined function nothing()", Page{Status: 500}},
		"a syntax error":   {`<?php function`, "", "PHP Parse error", Page{Status: 500}},
		"out of memory":    {`<?php while ( true ) { $a[] = str_repeat( 'x', 1 << 20 ); }`, "", "Allowed memory size", Page{Status: 500}},
		"a redirect":       {`<?php if ( '/' === $_SERVER['REQUEST_URI'] ) { header( 'Location: /en/?a=b', true, 301 ); } else { echo '<html>', $_SERVER['REQUEST_URI']; }`, "", "", Page{Status: 200, HTML: true, URL: "https://x.example/en/?a=b"}},
		"another host":     {`<?php header( 'Location: https://y.example/' );`, "it redirects to https://y.example/", "", Page{Status: 302}},
		"another protocol": {`<?php header( 'Location: file://x.example/etc/passwd' );`, "it redirects to file://x.example/etc/passwd", "", Page{Status: 302}},
		"a loop":           {`<?php header( 'Location: /?' . microtime( true ) );`, "it redirects more than 4 times", "", Page{Status: 302}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := run(t, siteOptions(t, test.index))
			if len(answer.Pages) != 1 {
				t.Fatalf("%+v", answer)
			}
			page := answer.Pages[0]
			if page.Status != test.want.Status || page.HTML != test.want.HTML || page.Title != test.want.Title || test.want.URL != "" && page.URL != test.want.URL || !strings.HasPrefix(page.Problem, test.problem) || (page.Problem == "") != (test.problem == "") {
				t.Errorf("%+v", page)
			}
			if !strings.Contains(strings.Join(answer.Log, " "), test.log) || (len(answer.Log) == 0) != (test.log == "") {
				t.Errorf("%q", answer.Log)
			}
		})
	}
}

// TestKilledPHPHasNoAnswer: if the kernel kills PHP, because it writes a file larger than the limit, there is no answer.
func TestKilledPHPHasNoAnswer(t *testing.T) {
	t.Parallel()
	o := siteOptions(t, `<?php $f = fopen( __DIR__ . '/big', 'w' ); while ( true ) { fwrite( $f, str_repeat( 'x', 1 << 20 ) ); }`)
	if answer := run(t, o); len(answer.Pages) != 1 || answer.Pages[0].Problem != "PHP ended during the request" {
		t.Errorf("%+v", answer)
	}
}

// TestRefusedWithoutIsolation runs in a namespace in which the kernel allows no further namespaces.
func TestRefusedWithoutIsolation(t *testing.T) {
	const limit = "/proc/sys/user/max_user_namespaces"
	if os.Getenv("WITHOUT_NAMESPACES") == "" {
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run", "^"+t.Name()+"$", "-test.v")
		cmd.Env = []string{"WITHOUT_NAMESPACES=1", "TMPDIR=" + t.TempDir()}
		all := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 65536}}
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: all, GidMappings: all}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := os.WriteFile(limit, []byte("0"), 0); err != nil {
		t.Fatal(err)
	}
	o := siteOptions(t, "<?php touch( __DIR__ . '/ran' );")
	for name, ask := range map[string]func() error{
		"Check": func() error { return Check(t.Context(), o) },
		"Run":   func() error { _, err := Run(t.Context(), o); return err },
	} {
		err := ask()
		if err == nil || !strings.HasPrefix(err.Error(), "isolate PHP: no space left on device; allow user namespaces") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// processes lists the IDs of the processes whose command line has the text.
func processes(t *testing.T, text string) (found []string) {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err == nil && slices.Contains(strings.FieldsFunc(string(line), func(r rune) bool { return r == 0 }), text) {
			found = append(found, filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}
