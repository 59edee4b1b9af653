<?php
$sites = [
	'shop.test'    => [ 'db' => 'live', 'prefix' => 'l_' ],
	'stage.test'   => [ 'db' => 'stage', 'prefix' => 's_', 'debug' => true ],
];
$host = strtolower( preg_replace( '/^www\./i', '', strtok( $_SERVER['HTTP_HOST'], ':' ) ) );
if ( ! isset( $sites[ $host ] ) ) {
	header( 'HTTP/1.1 404 Not Found' );
	exit( 'unknown host' );
}
extract( $sites[ $host ], EXTR_PREFIX_ALL, 'cfg' );
define( 'DB_NAME', 'shop_' . $cfg_db );
define( 'DB_USER', substr( DB_NAME, 0, 16 ) );
define( 'DB_PASSWORD', strrev( 'terces' ) );
define( 'DB_HOST', 'localhost' );
$table_prefix = $sites[ $host ]['prefix'];
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
