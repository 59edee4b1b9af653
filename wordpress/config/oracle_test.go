package config

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

var recordOracle = flag.Bool("record-oracle", false, "write the answers that PHP gives into expected.json")

// The sources that replace files of the WordPress core when PHP runs a case.
const (
	oracleLoad = `<?php
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
if ( file_exists( ABSPATH . 'wp-config.php' ) ) {
	require_once ABSPATH . 'wp-config.php';
} elseif ( @file_exists( dirname( ABSPATH ) . '/wp-config.php' ) && ! @file_exists( dirname( ABSPATH ) . '/wp-settings.php' ) ) {
	require_once dirname( ABSPATH ) . '/wp-config.php';
}
`
	oracleSettings = `<?php
while ( ob_get_level() ) { ob_end_clean(); }
$wp_oneway = array( 'table_prefix' => bin2hex( (string) ( $table_prefix ?? '' ) ) );
foreach ( array( 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST', 'DB_CHARSET', 'DB_COLLATE', 'ABSPATH', 'WP_CONTENT_DIR', 'UPLOADS', 'MULTISITE',
	'SUBDOMAIN_INSTALL', 'VHOST', 'SUNRISE' ) as $wp_oneway_name ) {
	if ( defined( $wp_oneway_name ) ) {
		$wp_oneway[ $wp_oneway_name ] = bin2hex( (string) constant( $wp_oneway_name ) );
	}
}
echo "\n<wp-oneway>", json_encode( $wp_oneway );
exit;
`
)

// A request describes one run of PHP: its environment and the HTTP request.
type request struct {
	Env    map[string]string `json:"env,omitempty"`
	Host   string            `json:"host,omitempty"`
	Server map[string]string `json:"server,omitempty"`
}

// requests returns the requests to try: those that the case lists, otherwise the one
// that it describes; each directly and through a proxy.
func (c *preparedCase) requests() []request {
	base := request{Host: c.Host}
	if c.Env != nil {
		base.Env = map[string]string{}
		for k, v := range *c.Env {
			base.Env[k] = c.token(v)
		}
	}
	plain := map[string]string{
		"REQUEST_METHOD": "GET", "REQUEST_URI": "/", "QUERY_STRING": "", "SERVER_PORT": "80", "SERVER_ADDR": "10.9.8.7", "REMOTE_ADDR": "203.0.113.9",
		"SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": "/index.php", "PHP_SELF": "/index.php", "SERVER_SOFTWARE": "nginx",
	}
	proxied := maps.Clone(plain)
	maps.Copy(proxied, map[string]string{
		"HTTPS": "on", "SERVER_PORT": "443", "REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "192.0.2.1, 10.0.0.1",
		"HTTP_USER_AGENT": "curl/8", "REQUEST_URI": "/wp-admin/?a=b",
	})
	list := c.Worlds
	if len(list) == 0 {
		list = []request{{}}
	}
	var all []request
	for _, w := range list {
		for _, server := range []map[string]string{plain, proxied} {
			r := request{Env: maps.Clone(base.Env), Host: base.Host, Server: maps.Clone(server)}
			if w.Env != nil {
				r.Env = w.Env
			}
			if w.Host != "" {
				r.Host = w.Host
			}
			maps.Copy(r.Server, w.Server)
			all = append(all, r)
		}
	}
	return all
}

// TestExpectationsArePHPs runs every case whose expected.json claims to be PHP's answer
// in PHP, and compares the two.
func TestExpectationsArePHPs(t *testing.T) {
	for _, dir := range corpora {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			t.Run(e.Name(), func(t *testing.T) {
				t.Parallel()
				c := prepareCase(t, dir, e.Name())
				if c.expected["source"] != "php" || !c.canRun() {
					return
				}
				c.replaceCore(t)
				got := c.ask(t)
				if *recordOracle && got != nil && dir == corpora[1] {
					c.record(t, filepath.Join(dir, e.Name(), "expected.json"), got)
					return
				}
				c.checkExpectation(t, got)
			})
		}
	}
}

// replaceCore replaces files of the WordPress core with the sources above.
func (c *preparedCase) replaceCore(t *testing.T) {
	t.Helper()
	vendor, err := filepath.Abs("testdata/oracle-vendor.php")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(c.tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		switch d.Name() {
		case "autoload.php":
			return os.WriteFile(path, []byte("<?php return require "+quote(vendor)+";"), 0o644)
		case "wp-load.php":
			return os.WriteFile(path, []byte(oracleLoad), 0o644)
		case site.SettingsFile:
			return os.WriteFile(path, []byte(oracleSettings), 0o644)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ask runs every request. It returns the answer on which all requests that reach
// WordPress agree, or nil if they differ or if none reaches it.
func (c *preparedCase) ask(t *testing.T) map[string]any {
	t.Helper()
	var agreed map[string]any
	for _, r := range c.requests() {
		got := c.run(t, r)
		switch {
		case got == nil:
		case agreed == nil:
			agreed = got
		case !reflect.DeepEqual(agreed["db"], got["db"]) || agreed["multisite"] != got["multisite"] || agreed["uploads_dir"] != got["uploads_dir"]:
			t.Logf("answers differ: %v and %v", agreed, got)
			return nil
		case agreed["content_dir"] != got["content_dir"]:
			agreed["content_dir"] = nil
		}
	}
	return agreed
}

// run runs one request. It returns nil if that does not reach WordPress.
func (c *preparedCase) run(t *testing.T, r request) map[string]any {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	oracle, err := filepath.Abs("testdata/oracle.php")
	if err != nil {
		t.Fatal(err)
	}
	php, err := exec.LookPath("php")
	if err != nil {
		t.Fatal(err)
	}
	libraries, err := lab.PHPDotenv(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, php, "-d", "short_open_tag=0", "-d", "display_errors=0", "-d", "log_errors=0", "-d", "memory_limit=256M",
		"-d", "variables_order=EGPCS", "-d", "include_path=.:"+libraries, oracle, filepath.Join(c.dir, c.Docroot), string(text))
	cmd.Env = []string{}
	for k, v := range r.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Logf("php: %v %s", err, errs.String())
	}
	_, answer, found := strings.Cut(out.String(), "\n<wp-oneway>")
	if !found {
		return nil
	}
	var raw map[string]string
	if err := json.Unmarshal([]byte(answer), &raw); err != nil {
		t.Fatalf("oracle's answer: %v", err)
	}
	return c.answer(t, raw)
}

// answer converts the values that PHP printed into the format of expected.json, by
// WordPress' rules.
func (c *preparedCase) answer(t *testing.T, raw map[string]string) map[string]any {
	t.Helper()
	get := func(name string) string {
		text, err := hex.DecodeString(raw[name])
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	has := func(name string) bool { _, ok := raw[name]; return ok }
	if get("DB_NAME") == "" || get("DB_USER") == "" {
		return nil
	}
	given := filepath.Join(c.dir, c.Docroot)
	root, err := filepath.EvalSymlinks(given)
	if err != nil {
		t.Fatal(err)
	}
	site := &Site{Root: root, given: given, Config: &Config{}}
	d := &site.Config.DB
	d.Name, d.User, d.Password, d.Charset, d.Collate, d.TablePrefix = get("DB_NAME"), get("DB_USER"), secret.Text(get("DB_PASSWORD")), get("DB_CHARSET"), get("DB_COLLATE"), get("table_prefix")
	d.Host, d.Port, d.Socket = splitHost(get("DB_HOST"))
	content := get("ABSPATH") + "wp-content"
	if has("WP_CONTENT_DIR") {
		content = get("WP_CONTENT_DIR")
	}
	site.Config.ContentDir = site.join(content)
	if has("UPLOADS") {
		site.Config.UploadsDir = site.join(get("ABSPATH") + get("UPLOADS"))
	}
	site.Config.Multisite = has("SUBDOMAIN_INSTALL") || has("VHOST") || has("SUNRISE")
	if has("MULTISITE") {
		site.Config.Multisite = get("MULTISITE") != "" && get("MULTISITE") != "0"
	}
	return answerOf(site)
}

// checkExpectation compares the expectation with PHP's answer.
func (c *preparedCase) checkExpectation(t *testing.T, got map[string]any) {
	t.Helper()
	switch {
	case c.expected["ok"] == true && got == nil:
		t.Error("PHP gives no answer, but the case expects one")
	case c.expected["ok"] == true:
		c.compareAnswer(t, got)
	case got != nil:
		t.Errorf("PHP answers %v, but the case expects %v", got, c.expected["error"])
	}
}

// record writes PHP's answer to path.
func (c *preparedCase) record(t *testing.T, path string, got map[string]any) {
	t.Helper()
	db := got["db"].(map[string]any)
	if text, err := hex.DecodeString(db["password_hex"].(string)); err != nil {
		t.Fatal(err)
	} else if bytes.Equal(bytes.ToValidUTF8(text, nil), text) {
		delete(db, "password_hex")
	} else {
		delete(db, "password")
	}
	out := map[string]any{"ok": true, "source": "php"}
	maps.Copy(out, got)
	if out["uploads_dir"] == nil {
		delete(out, "uploads_dir")
	}
	for _, k := range []string{"accept", "note"} {
		if v, ok := c.expected[k]; ok {
			out[k] = v
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(out); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(b.String(), c.tree, "@@TREE@@")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
