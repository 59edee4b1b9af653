package config

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A db.php that creates $wpdb itself determines the connection, whatever the values of
// the DB_* constants.
func TestReadOfDropinsThatConnect(t *testing.T) {
	for _, c := range []struct {
		name, dropin string
		more         map[string]string
		want         string // user password name host port, or a class
	}{
		{"literals", "<?php $wpdb = new wpdb('u2', 'p2', 'n2', 'h2:3308');", nil, "u2 p2 n2 h2 3308"},
		{"the constants", "<?php $wpdb = new wpdb(DB_USER, DB_PASSWORD, DB_NAME, DB_HOST);", nil, "u p n h 3307"},
		{"other constants", "<?php define('MY_USER', 'u4'); $wpdb = new \\wpdb( MY_USER, DB_PASSWORD, DB_NAME, DB_HOST );", nil, "u4 p n h 3307"},
		{"into the globals", "<?php $GLOBALS['wpdb'] = new wpdb('u2', 'p2', 'n2', 'h2');", nil, "u2 p2 n2 h2 0"},
		{"from a function", "<?php function c() { global $wpdb; $wpdb = new wpdb('u2', 'p2', 'n2', 'h2'); } c();", nil, "u2 p2 n2 h2 0"},
		{"its own class", "<?php class my_db extends wpdb { public $x; function __construct($u, $p, $n, $h) { parent::__construct($u, $p, $n, $h); } } $wpdb = new my_db('u2', 'p2', 'n2', 'h2');", nil, "u2 p2 n2 h2 0"},
		{"WordPress' class is required", "<?php require_once ABSPATH . WPINC . '/wp-db.php'; $wpdb = new wpdb('u2', 'p2', 'n2', 'h2');", map[string]string{"wp-includes/wp-db.php": "<?php class wpdb {}"}, "u2 p2 n2 h2 0"},
		{"WordPress' newer class is required", "<?php require_once ABSPATH . WPINC . '/class-wpdb.php'; $wpdb = new wpdb('u2', 'p2', 'n2', 'h2');", map[string]string{"wp-includes/class-wpdb.php": "<?php class wpdb {}"}, "u2 p2 n2 h2 0"},
		{"a file of the content folder", "<?php require WP_CONTENT_DIR . '/mine.php'; $wpdb = new wpdb($u, 'p2', 'n2', 'h2');", map[string]string{"wp-content/mine.php": "<?php $u = 'u5';"}, "u5 p2 n2 h2 0"},
		{"not known", "<?php $wpdb = new wpdb('u2', 'p2', rand() ? 'a' : 'b', 'h2');", nil, "undecidable"},
		{"from the environment", "<?php $wpdb = new wpdb(getenv('U'), 'p2', 'n2', 'h2');", nil, "undecidable"},
		{"only under a condition", "<?php if (rand()) { $wpdb = new wpdb('u2', 'p2', 'n2', 'h2'); }", nil, "undecidable"},
		{"by a command", "<?php $wpdb = new wpdb('u2', `cat /etc/db`, 'n2', 'h2');", nil, "unsafe"},
		{"stops", "<?php if (!class_exists('other')) { die; } $wpdb = new wpdb('u2', 'p2', 'n2', 'h2');", nil, "undecidable"},
		{"does not parse", "<?php $wpdb = new wpdb('u2', 'p2', 'n2', 'h2'", nil, "syntax"},
		{"no name", "<?php $wpdb = new wpdb('u2', 'p2', '', 'h2');", nil, "undecidable"},
		{"Query Monitor's", "<?php if (!defined('ABSPATH')) { exit; } class QM_DB extends wpdb { public $qm; public function __construct($a, $b, $c, $d) { parent::__construct($a, $b, $c, $d); } } // @phpcs\n$wpdb = new QM_DB( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST ); // WPCS", nil, "u p n h 3307"},
		{"one that stops, with the constants", "<?php if (rand()) { die; } exit(1); $wpdb = new wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );", nil, "u p n h 3307"},
		{"a cache of queries", "<?php if (!defined('ABSPATH')) { die; } require_once '/usr/share/cache.php'; $GLOBALS['wpdb'] = Cache\\Wpdb::instance();", nil, "u p n h 3307"},
		{"only in a comment", "<?php // $wpdb = new wpdb('u2', 'p2', 'n2', 'h2');\n", nil, "u p n h 3307"},
	} {
		more := map[string]string{"wp-content/db.php": c.dropin}
		for name, text := range c.more {
			more[name] = text
		}
		if got := dropinAnswer(t, "", more); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// W3 Total Cache reads its servers from its own list.
func TestReadOfW3TotalCachesServers(t *testing.T) {
	const w3tc = "<?php if (!defined('W3TC_DIR')) { define('W3TC_DIR', WP_CONTENT_DIR . '/plugins/w3-total-cache'); } require_once W3TC_DIR . '/w3-total-cache-api.php'; $GLOBALS['wpdb'] = \\W3TC\\DbCache_Wpdb::instance();"
	server := func(host string) string {
		return "array('host' => " + host + ", 'user' => DB_USER, 'password' => DB_PASSWORD, 'name' => DB_NAME)"
	}
	list := func(servers string) string {
		return "<?php global $w3tc_dbcluster_config; $w3tc_dbcluster_config = array('charset' => DB_CHARSET, 'collate' => DB_COLLATE, 'databases' => array(" + servers + "), 'zones' => array(), 'filters' => array());"
	}
	const known = "define('DB_CHARSET','utf8mb4');define('DB_COLLATE','');"
	for _, c := range []struct{ name, config, list, want string }{
		{"no list", "", "", "u p n h 3307"},
		{"the same server", known, list("'master' => " + server("DB_HOST")), "u p n h 3307"},
		{"the same server twice", known, list("'master' => " + server("DB_HOST") + ", 'slave' => " + server("DB_HOST")), "u p n h 3307"},
		{"another server", known, list("'master' => " + server("'db2.internal'")), "undecidable"},
		{"a replica", known, list("'master' => " + server("DB_HOST") + ", 'slave' => " + server("'replica'")), "undecidable"},
		{"another account", known, "<?php $w3tc_dbcluster_config = ['databases' => ['master' => ['host' => DB_HOST, 'user' => 'other', 'password' => DB_PASSWORD, 'name' => DB_NAME]]];", "undecidable"},
		{"no databases", known, "<?php $w3tc_dbcluster_config = array();", "u p n h 3307"},
		{"of older releases", known, "<?php $wpdb_cluster->persistent = false; $wpdb_cluster->add_database(array('host' => 'db2', 'user' => DB_USER, 'password' => DB_PASSWORD, 'name' => DB_NAME));", "undecidable"},
		{"of older releases, the same", known, "<?php $wpdb_cluster->persistent = false; $wpdb_cluster->add_database(" + server("DB_HOST") + "); $wpdb_cluster->add_filter('dataset', 'f');", "u p n h 3307"},
		{"not known", known, list("'master' => " + server("getenv('H')")), "undecidable"},
		{"does not parse", known, "<?php $w3tc_dbcluster_config = ;", "syntax"},
		{"in wp-config.php", known + "$GLOBALS['w3tc_dbcluster_config'] = array('databases' => array('master' => " + server("'db2'") + "));", list("'master' => " + server("DB_HOST")), "undecidable"},
		{"in wp-config.php, the same", known + "$w3tc_dbcluster_config = array('databases' => array('master' => " + server("DB_HOST") + "));", list("'master' => " + server("'db2'")), "u p n h 3307"},
	} {
		more := map[string]string{"wp-content/db.php": w3tc}
		if c.list != "" {
			more["wp-content/db-cluster-config.php"] = c.list
		}
		if got := dropinAnswer(t, c.config, more); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	if got := dropinAnswer(t, known, map[string]string{"wp-content/db-cluster-config.php": list(server("'db2'"))}); got != "u p n h 3307" {
		t.Errorf("a list that no drop-in reads was used: %s", got)
	}
}

// dropinAnswer returns the database of a site's configuration, or the class of the
// refusal.
func dropinAnswer(t *testing.T, config string, more map[string]string) string {
	t.Helper()
	root := writeSite(t, credentials+config, more)
	s, err := Read(t.Context(), root, Options{Home: filepath.Dir(root)})
	var refused *wordpress.ConfigError
	switch {
	case errors.As(err, &refused):
		if s.Config.DB.Name != "" {
			t.Errorf("refused, but gives a database: %v", err)
		}
		return string(refused.Class)
	case err != nil:
		return err.Error()
	}
	d := s.Config.DB
	return strings.Join([]string{d.User, d.Password.Reveal(), d.Name, d.Host, strconv.Itoa(d.Port)}, " ")
}
