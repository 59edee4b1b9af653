package drill

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// TestConfiguration lets PHP read the configuration of a site with hostile names, and route requests.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	const odd = `it's "odd" \'; exit; #$x`
	c := &checker{drill: &drill{
		details: &manifest.Details{Base: "/srv/x", Root: "/srv/x/" + odd, ContentDir: "/srv/x/content" + odd, PluginDir: "/elsewhere/plugins", TablePrefix: odd, Multisite: true},
		db:      &database{Database: wordpress.Database{Name: "name", User: "user", Password: `pass'\word`}},
	}}
	text, err := c.configuration(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "wp-config.php"), text)
	writeFile(t, filepath.Join(dir, "wp-settings.php"), `<?php echo json_encode( array( DB_NAME, DB_USER, DB_PASSWORD, DB_HOST, WP_CONTENT_DIR, defined( 'WP_PLUGIN_DIR' ), $table_prefix, MULTISITE, SUBDOMAIN_INSTALL, DISABLE_WP_CRON, WP_HTTP_BLOCK_EXTERNAL, strlen( AUTH_KEY ) > 20, ABSPATH === __DIR__ . '/' ) );`)
	want := []any{"name", "user", `pass'\word`, "localhost:/db/s", "/srv/x/content" + odd, false, odd, true, false, true, true, true, true}
	if got := runPHP(t, filepath.Join(dir, "wp-config.php"), ""); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

// TestRouter: a request reaches the script that a web server would run.
func TestRouter(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "it's")
	for _, name := range []string{"index.php", "wp-login.php", "wp/wp-login.php"} {
		writeFile(t, filepath.Join(root, name), `<?php echo json_encode( array( substr( __FILE__, strlen( $_SERVER['DOCUMENT_ROOT'] ) ), $_SERVER['SCRIPT_NAME'], $_SERVER['HTTPS'], $_SERVER['SERVER_NAME'] ) );`)
	}
	script := filepath.Join(t.TempDir(), "router.php")
	for _, test := range []struct {
		below, request string
		want           []any
	}{
		{"", "/", []any{"/index.php", "/index.php", "on", "x.example"}},
		{"/", "/2026/post/?a=b", []any{"/index.php", "/index.php", "on", "x.example"}},
		{"", "/wp-login.php?a", []any{"/wp-login.php", "/wp-login.php", "on", "x.example"}},
		{"/blog", "/blog/wp/wp-login.php", []any{"/wp/wp-login.php", "/blog/wp/wp-login.php", "on", "x.example"}},
		{"/bl'og/", "/bl'og/", []any{"/index.php", "/bl'og/index.php", "on", "x.example"}},
		{"", "/../router.php", []any{"/index.php", "/index.php", "on", "x.example"}},
	} {
		writeFile(t, script, router(root, test.below))
		if got := runPHP(t, script, test.request); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s %s: %q", test.below, test.request, got)
		}
	}
}

// runPHP runs a script, which prints a list as JSON.
func runPHP(t *testing.T, script, request string) (list []any) {
	t.Helper()
	const set = `$_SERVER['REQUEST_URI'] = $argv[2]; $_SERVER['HTTP_HOST'] = 'x.example:8443'; $_SERVER['HTTP_X_FORWARDED_PROTO'] = 'https'; require $argv[1];`
	out, err := exec.CommandContext(t.Context(), "php", "-r", set, script, request).Output()
	if err == nil {
		err = json.Unmarshal(out, &list)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return list
}
