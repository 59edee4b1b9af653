package drill

import (
	"context"
	"crypto/rand"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/restore/serve"
)

// configuration returns the wp-config.php that replaces the one of the site. It names the
// database of the drill, and disables WP-Cron, updates and HTTP requests to other hosts.
func (c *checker) configuration(ctx context.Context) (string, error) {
	var b strings.Builder
	b.WriteString("<?php\n")
	define := func(name, value string) { fmt.Fprintf(&b, "define( '%s', %s );\n", name, value) }
	for _, text := range [][2]string{
		{"DB_NAME", c.db.Name},
		{"DB_USER", c.db.User},
		{"DB_PASSWORD", string(c.db.Password)},
		{"DB_HOST", "localhost:" + serve.DatabaseSocket},
		{"DB_CHARSET", "utf8mb4"},
		{"DB_COLLATE", ""},
		{"WP_CONTENT_DIR", c.seen(c.details.ContentDir)},
		{"WP_PLUGIN_DIR", c.seen(c.details.PluginDir)},
	} {
		if text[1] != "" || strings.HasPrefix(text[0], "DB_") {
			define(text[0], phpString(text[1]))
		}
	}
	for _, name := range []string{"AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"} {
		define(name+"_KEY", phpString(rand.Text()))
		define(name+"_SALT", phpString(rand.Text()))
	}
	for _, name := range []string{"DISABLE_WP_CRON", "WP_HTTP_BLOCK_EXTERNAL", "AUTOMATIC_UPDATER_DISABLED", "DISALLOW_FILE_MODS", "WP_DISABLE_FATAL_ERROR_HANDLER"} {
		define(name, "true")
	}
	if c.details.Multisite {
		domains, err := c.subdomains(ctx)
		if err != nil {
			return "", err
		}
		define("MULTISITE", "true")
		define("SUBDOMAIN_INSTALL", fmt.Sprint(domains))
	}
	root := path.Join(serve.Mountable(c.details.Base), rootInArchive(c.details))
	fmt.Fprintf(&b, `$table_prefix = %s;
foreach ( array( %s, %s ) as $wp_oneway_file ) {
	if ( is_file( $wp_oneway_file . '/vendor/autoload.php' ) ) {
		require_once $wp_oneway_file . '/vendor/autoload.php';
	}
}
unset( $wp_oneway_file );
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
`, phpString(c.details.TablePrefix), phpString(root), phpString(path.Dir(root)))
	return b.String(), nil
}

// seen returns the path at which PHP sees a folder of the host; "" if the backup does not have it.
func (c *checker) seen(host string) string {
	name, err := filepath.Rel(c.details.Base, host)
	if host == "" || err != nil || !filepath.IsLocal(name) {
		return ""
	}
	return path.Join(serve.Mountable(c.details.Base), name)
}

// subdomains reports whether the sites of a network have domains of their own.
func (c *checker) subdomains(ctx context.Context) (bool, error) {
	table := c.details.TablePrefix + "sitemeta"
	if _, ok := c.tables[table]; !ok {
		return false, nil
	}
	value, _, err := c.option(ctx, table, "subdomain_install", "meta_key", "meta_value")
	return value == "1", err
}

// router returns the script that routes each request as a web server would. The site in root is
// served below the path of its home page. A URL that names no PHP file goes to index.php.
func router(root, below string) string {
	return strings.NewReplacer("{root}", phpString(root), "{below}", phpString(strings.TrimSuffix(below, "/"))).Replace(`<?php
$_SERVER['HTTPS'] = isset( $_SERVER['HTTP_X_FORWARDED_PROTO'] ) && 'https' === $_SERVER['HTTP_X_FORWARDED_PROTO'] ? 'on' : '';
$_SERVER['SERVER_PORT'] = $_SERVER['HTTPS'] ? '443' : '80';
$_SERVER['SERVER_NAME'] = preg_replace( '/:\d+$/', '', $_SERVER['HTTP_HOST'] );
$_SERVER['DOCUMENT_ROOT'] = {root};
$_SERVER['SCRIPT_NAME'] = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
if ( '' !== {below} && 0 === strpos( $_SERVER['SCRIPT_NAME'], {below} . '/' ) ) {
	$_SERVER['SCRIPT_NAME'] = substr( $_SERVER['SCRIPT_NAME'], strlen( {below} ) );
}
if ( '.php' !== substr( $_SERVER['SCRIPT_NAME'], -4 ) || ! is_file( {root} . $_SERVER['SCRIPT_NAME'] ) ) {
	$_SERVER['SCRIPT_NAME'] = '/index.php';
}
$_SERVER['SCRIPT_FILENAME'] = {root} . $_SERVER['SCRIPT_NAME'];
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = {below} . $_SERVER['SCRIPT_NAME'];
unset( $_SERVER['PATH_INFO'] );
chdir( dirname( $_SERVER['SCRIPT_FILENAME'] ) );
require $_SERVER['SCRIPT_FILENAME'];
`)
}

// phpString returns a PHP literal for a string of arbitrary bytes.
func phpString(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
