<?php
function clean_host( $host ) {
	static $seen = array();
	$host = strtolower( filter_var( $host, FILTER_SANITIZE_URL ) );
	if ( ! isset( $seen[ $host ] ) ) {
		$seen[ $host ] = strip_tags( $host );
	}
	return $seen[ $host ];
}
function with_port( $host, $port ) {
	$port = filter_var( $port, FILTER_VALIDATE_INT );
	return $port && is_numeric( $port ) && $port !== 3306 ? $host . ':' . strval( $port ) : $host;
}

$host  = clean_host( $_SERVER['HTTP_HOST'] );
$parts = explode( '.', $host );
$tld   = array_pop( $parts );
$name  = array_pop( $parts );
array_push( $parts, $name );
array_unshift( $parts, str_pad( '1', 2, '0', STR_PAD_LEFT ) );
if ( clean_host( $_SERVER['HTTP_HOST'] ) !== $host || ! filter_var( getenv( 'SITE_NODE' ), FILTER_VALIDATE_IP ) ) {
	die( 'bad host' );
}
$first = array_shift( $parts );
$debug = filter_var( getenv( 'SITE_DEBUG' ), FILTER_VALIDATE_BOOLEAN );
$mail  = filter_var( 'admin (at) ' . $host, FILTER_SANITIZE_EMAIL );
$plain = filter_var( $host, FILTER_SANITIZE_SPECIAL_CHARS );
define( 'WP_DEBUG', $debug );
define( 'DB_NAME', rawurlencode( $name . '_' . $tld ) . '_' . $first );
define( 'DB_USER', ucfirst( substr( $plain, 0, -strlen( '.' . $tld ) ) ) );
define( 'DB_PASSWORD', stripslashes( addslashes( "it's \"me\"" ) ) . urlencode( 'a b/c' ) );
define( 'DB_HOST', with_port( getenv( 'SITE_NODE' ), getenv( 'SITE_PORT' ) ) );
define( 'ADMIN_MAIL', $mail );
$last         = count( $parts ) > 1 ? $parts[ count( $parts ) - 1 ] : 'none';
$table_prefix = implode( '_', array_slice( array( $last, lcfirst( 'WP' ), 'x' ), 0, 2 ) ) . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
