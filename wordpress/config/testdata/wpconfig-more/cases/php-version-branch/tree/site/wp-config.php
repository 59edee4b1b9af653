<?php
define( 'DB_NAME', version_compare( PHP_VERSION, '8.0.0', '>=' ) ? 'new' : 'old' );
define( 'DB_USER', PHP_VERSION_ID < 70000 ? 'php5' : 'php' . PHP_MAJOR_VERSION );
define( 'DB_PASSWORD', PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION );
define( 'DB_HOST', floatval( phpversion() ) >= 8.2 ? 'db8' : 'db7' );
$table_prefix = function_exists( 'mysql_connect' ) ? 'my_' : 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
