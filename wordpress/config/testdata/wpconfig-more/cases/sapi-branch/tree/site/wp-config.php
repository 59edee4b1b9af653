<?php
if ( PHP_SAPI === 'cli' || defined( 'STDIN' ) || ! isset( $_SERVER['REQUEST_METHOD'] ) && php_sapi_name() == 'cli-server' ) {
	define( 'DB_HOST', 'tunnel' );
}
if ( substr( php_sapi_name(), 0, 3 ) === 'cli' && isset( $argv[1] ) ) {
	$_SERVER['HTTP_HOST'] = $argv[1];
	define( 'DB_NAME', 'from_argv' );
}
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
defined( 'DB_HOST' ) || define( 'DB_HOST', '127.0.0.1' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
