<?php
$lines = preg_split( "/\\r?\\n/", file_get_contents( __DIR__ . '/site.env' ) );
$names = preg_grep( '/^[A-Z_]+\s*=/', $lines );
$env   = array();
foreach ( $names as $line ) {
	list( $name, $value ) = array_map( 'trim', explode( '=', $line, 2 ) );
	if ( preg_match( '/^(["\'])(.*)\1$/', $value, $m ) ) {
		$value = $m[2];
	} elseif ( false !== ( $hash = strrpos( $value, ' #' ) ) ) {
		$value = rtrim( substr( $value, 0, $hash ) );
	}
	foreach ( $env as $known => $text ) {
		$value = preg_replace( '/\$\{' . preg_quote( $known, '/' ) . '\}/', $text, $value );
	}
	$env[ $name ] = $value;
	putenv( "$name=$value" );
}
$stage = (int) getenv( 'APP_STAGE' );
switch ( true ) {
	case $stage >= 3:
		$suffix = '_live';
		break;
	case $stage > 1 && ctype_digit( getenv( 'APP_STAGE' ) ):
		$suffix = '_stage';
		break;
	default:
		$suffix = '';
}
define( 'DB_NAME', getenv( 'DB_NAME' ) . $suffix );
define( 'DB_USER', $env['DB_USER'] );
define( 'DB_PASSWORD', strcmp( $env['DB_PASS'], 'none' ) === 0 ? '' : $env['DB_PASS'] );
define( 'DB_HOST', str_replace( array( '%h', '%p' ), array( 'db', '3312' ), $env['DB_HOST'] ) );
define( 'WP_MEMORY_LIMIT', ( 1024 / 4 ) . 'M' );
define( 'ERRORS', E_ALL & ~E_NOTICE );
$table_prefix = boolval( $env['PREFIX'] ) ? $env['PREFIX'] : 'wp_';
if ( preg_match( '/\bproduction\b/', $env['DB_NAME'] ) ) {
	exit;
}
require_once ABSPATH . 'wp-settings.php';
