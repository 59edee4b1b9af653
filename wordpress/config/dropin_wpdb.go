package config

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
)

// clusterProbe takes down W3 Total Cache's servers by serversProbe's rules.
const clusterProbe = `
foreach ( (array) ( $w3tc_dbcluster_config['databases'] ?? array() ) as $wp_oneway_server ) {
	$wpdb->add_database( (array) $wp_oneway_server );
}
`

// findCluster finds W3 Total Cache's list of servers, and the code that reads it:
// a variable of the configuration's or else, beside the drop-in, a file that sets
// it or, with older releases, fills $wpdb_cluster.
func (r *reader) findCluster(first result) (list, code string, err error) {
	if v := first.Variable("w3tc_dbcluster_config"); v.State != php.Absent {
		return r.site.Config.ConfigFile, clusterProbe, nil
	}
	content := r.site.Config.ContentDir
	if content == "" {
		return "", "", nil // it was refused already
	}
	path := filepath.Join(content, "db-cluster-config.php")
	found, err := r.exists(path)
	if err != nil || !found {
		return "", "", err
	}
	if list, err = r.home.Resolve(path); err != nil {
		return "", "", fileRefusal(path, err)
	}
	return list, "$wpdb_cluster = $wpdb; require " + quote(list) + ";" + clusterProbe, nil
}

// connectionProbe stands where wp-settings.php would: it does what that does for
// a drop-in, with a wpdb that connects to nothing.
const connectionProbe = `<?php
defined( 'WPINC' ) || define( 'WPINC', 'wp-includes' );
defined( 'WP_CONTENT_DIR' ) || define( 'WP_CONTENT_DIR', ABSPATH . 'wp-content' );
defined( 'WP_DEBUG' ) || define( 'WP_DEBUG', false );
class wpdb {
	protected $dbuser, $dbpassword, $dbname, $dbhost;
	public function __construct( $dbuser, $dbpassword, $dbname, $dbhost ) {
		$this->dbuser = $dbuser; $this->dbpassword = $dbpassword; $this->dbname = $dbname; $this->dbhost = $dbhost;
	}
	public function wp_oneway_account() { return array( $this->dbuser, $this->dbpassword, $this->dbname, $this->dbhost ); }
	public function __call( $name, $args ) {}
}
`

// connectionEnd takes down what the drop-in has connected to: $wpdb, or what
// WordPress makes of the constants if there is none.
const connectionEnd = `
list( $wp_oneway_user, $wp_oneway_password, $wp_oneway_name, $wp_oneway_host ) =
	isset( $wpdb ) ? $wpdb->wp_oneway_account() : array( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
`

// ownConnection reads what a drop-in connects to that may make $wpdb itself. One
// that cannot be read is taken to keep the constants, unless its text shows that
// it uses others.
func (r *reader) ownConnection(ctx context.Context) error {
	path := filepath.Join(r.site.Config.ContentDir, "db.php")
	if r.site.Config.ContentDir == "" {
		path = filepath.Join(r.site.Core, "wp-content", "db.php")
	}
	text, err := (&siteFiles{home: r.home}).ReadFile(path)
	if err != nil {
		return r.forget(fileRefusal(path, err))
	}
	res, err := r.evaluate(ctx, []byte(connectionProbe+"require "+quote(path)+";"+connectionEnd))
	if err != nil {
		if ctx.Err() != nil || !connectsOtherwise(string(text)) {
			return ctx.Err()
		}
		return r.forget(r.refusal(err))
	}
	db := r.site.Config.DB
	var host string
	for name, to := range map[string]*string{
		"user": &db.User, "password": (*string)(&db.Password), "name": &db.Name, "host": &host,
	} {
		v := res.Variable("wp_oneway_" + name)
		switch _, list := v.Value.(*php.Array); {
		case v.State == php.Known && !list:
			*to = v.Text
		case !connectsOtherwise(string(text)):
			return nil
		case v.State == php.Open:
			return r.forget((&answers{res: res, site: r.site}).open("the "+name+" that the drop-in connects with", v.Why))
		default:
			return r.forget(refuse(wordpress.Undecidable, path, "it connects with a %s that is not a string", name))
		}
	}
	if db.User == "" || db.Name == "" {
		return r.forget(refuse(wordpress.Undecidable, path, "it connects with an empty user name or database name"))
	}
	db.Host, db.Port, db.Socket = splitHost(host)
	r.site.Config.DB = db
	return nil
}

var (
	ownClass  = regexp.MustCompile(`class\s+(\w+)\s+extends\s+\\?wpdb\b`)
	newObject = regexp.MustCompile(`\bnew\s+\\?(\w+)\s*\(`)
	byTheBook = regexp.MustCompile(`^\s*db_user\s*,\s*db_password\s*,\s*db_name\s*,\s*db_host\s*,?\s*\)`)
)

// connectsOtherwise reports whether source makes a wpdb of anything but the four
// constants.
func connectsOtherwise(text string) bool {
	code := strings.ToLower(stripComments(text))
	classes := map[string]bool{"wpdb": true}
	for _, m := range ownClass.FindAllStringSubmatch(code, -1) {
		classes[m[1]], classes["self"], classes["static"] = true, true, true
	}
	for _, m := range newObject.FindAllStringSubmatchIndex(code, -1) {
		if classes[code[m[2]:m[3]]] && !byTheBook.MatchString(code[m[1]:]) {
			return true
		}
	}
	return false
}
