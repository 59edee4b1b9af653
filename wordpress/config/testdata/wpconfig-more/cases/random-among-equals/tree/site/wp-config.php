<?php
$hosts = array( 'db1', 'db1' );
shuffle( $hosts );
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
if ( mt_rand( 0, 1 ) ) {
	define( 'DB_HOST', 'db1' );
}
defined( 'DB_HOST' ) or define( 'DB_HOST', 'db1' );
$table_prefix = time() > 0 ? 'wp_' : 'wp' . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
