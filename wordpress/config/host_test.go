package config

import (
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"
)

var hosts = []string{
	"", "localhost", "localhost:3306", "localhost:/run/mysqld/mysqld.sock", ":/run/mysqld.sock", "/run/mysqld.sock", ":3307", "127.0.0.1:3307:/a/b",
	"[::1]:3306", "[::1]", "::1", "::1:3306", "fe80::1%eth0", "p:localhost", "db.example.org:33O6", "db:", "db:3306x", "db:0", "0", "0:1", "0[::",
	"a:b:c", "localhost:3306:foo", "[2001:db8::1]:3307:/run/x.sock", "db:99999999999999999999", "[:::]:", "db/x:3", "localhost:3306:/x:/y", "a b:7",
	"[::1]:33:44", "::ffff:10.0.0.1:3306", "g::1", "db:00123", "db:+5", "\xff:1",
}

// splitting implements the documented behaviour of wpdb::parse_db_host. If the pattern
// does not match, the text stays whole.
const splitting = `
function split_host($host) {
	$whole = $host; $socket = null;
	if (($at = strpos($host, ':/')) !== false) { $socket = substr($host, $at + 1); $host = substr($host, 0, $at); }
	$pattern = substr_count($host, ':') > 1
		? '#^(?:\[)?(?P<host>[0-9a-fA-F:]+)(?:\]:(?P<port>[\d]+))?#'
		: '#^(?P<host>[^:/]*)(?::(?P<port>[\d]+))?#';
	if (preg_match($pattern, $host, $m) !== 1) return [$whole, 0, ''];
	return [empty($m['host']) ? '' : $m['host'], empty($m['port']) ? 0 : abs((int)$m['port']), (string)$socket];
}`

func TestHostIsSplitAsByPHP(t *testing.T) {
	var code strings.Builder
	code.WriteString(splitting)
	for _, h := range hosts {
		fmt.Fprintf(&code, "echo bin2hex(implode('|', split_host(hex2bin('%x')))), \"\\n\";", h)
	}
	out, err := exec.Command("php", "-n", "-r", code.String()).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(hosts) {
		t.Fatalf("php printed %d lines of %d", len(lines), len(hosts))
	}
	for i, h := range hosts {
		host, port, socket := splitHost(h)
		if got := fmt.Sprintf("%x", fmt.Sprintf("%s|%d|%s", host, port, socket)); got != lines[i] {
			t.Errorf("splitHost(%q) = %q, %d, %q; php returns %q", h, host, port, socket, lines[i])
		}
	}
	if _, port, _ := splitHost("db:99999999999999999999"); port != math.MaxInt {
		t.Errorf("a port too large is %d, want the largest integer", port)
	}
}
