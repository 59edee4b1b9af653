package config

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
)

// clusterProbe passes W3 Total Cache's servers to the class of serversProbe.
const clusterProbe = `
foreach ( (array) ( $w3tc_dbcluster_config['databases'] ?? array() ) as $wp_oneway_server ) {
	$wpdb->add_database( (array) $wp_oneway_server );
}
`

// findCluster finds W3 Total Cache's list of servers, and the code that reads it. The
// list is a variable of the configuration, otherwise a file beside the drop-in. The file
// sets the same variable or, in older releases, fills $wpdb_cluster.
func (r *reader) findCluster(first result) (list, code string, err error) {
	if v := first.Variable("w3tc_dbcluster_config"); v.State != php.Absent {
		return r.site.Config.ConfigFile, clusterProbe, nil
	}
	content := r.site.Config.ContentDir
	if content == "" {
		return "", "", nil // already refused
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

// connectionProbe runs in place of wp-settings.php. It prepares what a drop-in needs,
// with a wpdb class that opens no connection.
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

// connectionEnd records the account and server of $wpdb. If the drop-in has not set
// $wpdb, it records the DB_* constants, as WordPress uses them then.
const connectionEnd = `
list( $wp_oneway_user, $wp_oneway_password, $wp_oneway_name, $wp_oneway_host ) =
	isset( $wpdb ) ? $wpdb->wp_oneway_account() : array( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
`

// ownConnection reads the account and server of a drop-in that may create $wpdb itself.
// If the drop-in cannot be evaluated, it is assumed to use the DB_* constants, unless
// its source shows that it uses other values.
func (r *reader) ownConnection(ctx context.Context) error {
	path := filepath.Join(r.site.Config.ContentDir, "db.php")
	if r.site.Config.ContentDir == "" {
		path = filepath.Join(r.site.Core, "wp-content", "db.php")
	}
	text, err := (&siteFiles{home: r.home}).ReadFile(path)
	if err != nil {
		return r.discardDatabase(fileRefusal(path, err))
	}
	res, err := r.evaluate(ctx, []byte(connectionProbe+"require "+quote(path)+";"+connectionEnd))
	if err != nil {
		if ctx.Err() != nil || !usesOtherAccount(string(text)) {
			return ctx.Err()
		}
		return r.discardDatabase(r.refusal(err))
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
		case !usesOtherAccount(string(text)):
			return nil
		case v.State == php.Open:
			return r.discardDatabase((&answers{res: res, site: r.site}).open("the "+name+" that the drop-in connects with", v.Why))
		default:
			return r.discardDatabase(refuse(wordpress.Undecidable, path, "it connects with a %s that is not a string", name))
		}
	}
	if db.User == "" || db.Name == "" {
		return r.discardDatabase(refuse(wordpress.Undecidable, path, "it connects with an empty user name or database name"))
	}
	db.Host, db.Port, db.Socket = splitHost(host)
	r.site.Config.DB = db
	return nil
}

var (
	ownClass          = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`class\s+(\w+)\s+extends\s+\\?wpdb\b`) })
	newObject         = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bnew\s+\\?(\w+)\s*\(`) })
	standardArguments = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\s*db_user\s*,\s*db_password\s*,\s*db_name\s*,\s*db_host\s*,?\s*\)`)
	})
)

// usesOtherAccount reports whether source creates a wpdb with arguments other than the
// four DB_* constants.
func usesOtherAccount(text string) bool {
	code := strings.ToLower(stripComments(text))
	classes := map[string]bool{"wpdb": true}
	for _, m := range ownClass().FindAllStringSubmatch(code, -1) {
		classes[m[1]], classes["self"], classes["static"] = true, true, true
	}
	for _, m := range newObject().FindAllStringSubmatchIndex(code, -1) {
		if classes[code[m[2]:m[3]]] && !standardArguments().MatchString(code[m[1]:]) {
			return true
		}
	}
	return false
}
