<?php
$allowed = array( '192.0.2.10', '2001:db8::1' );
if ( file_exists( __DIR__ . '/.maintenance-on' ) && ! in_array( $_SERVER['REMOTE_ADDR'], $allowed, true ) ) {
	http_response_code( 503 );
	die( 'Back soon.' );
}
if ( isset( $_COOKIE['preview'] ) ) {
	define( 'DB_NAME', 'preview' );
}
if ( isset( $_SERVER['HTTP_X_FORWARDED_HOST'] ) ) {
	$_SERVER['HTTP_HOST'] = $_SERVER['HTTP_X_FORWARDED_HOST'];
}
if ( substr( $_SERVER['HTTP_HOST'], 0, 4 ) !== 'www.' && ! headers_sent() && ! preg_match( '~/wp-(cron|json)~', $_SERVER['REQUEST_URI'] ) && false ) {
	header( 'Location: https://www.' . $_SERVER['HTTP_HOST'], true, 301 );
	exit;
}
define( 'DB_NAME', 'canonical' );
define( 'DB_USER', 'canonical' );
define( 'DB_PASSWORD', 'can0nical' );
define( 'DB_HOST', 'localhost' );
define( 'DB_CHARSET', 'utf8mb4' );
$table_prefix = 'wp_';
define( 'KINSTAMU_CUSTOM_MUPLUGIN_URL', "//{$_SERVER['HTTP_HOST']}/wp-content/mu-plugins" );
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
