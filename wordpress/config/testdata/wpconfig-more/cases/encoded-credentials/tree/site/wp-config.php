<?php
define( 'DB_NAME', base64_decode( str_rot13( base64_encode( str_rot13( 'x' ) ) ) ) === 'y' ? 'never' : hex2bin( '656e63' ) );
define( 'DB_USER', strrev( base64_decode( 'cmVzdQ==' ) ) );
define( 'DB_PASSWORD', implode( array_map( 'chr', array_map( fn( $c ) => ord( $c ) ^ 7, str_split( 'wftt0hcu' ) ) ) ) . sprintf( '%05.2f|%x|%\'*6s|%b', 3.14159, 255, 'ab', 5 ) );
define( 'DB_HOST', pack( 'H*', '64622e6c6f63616c' ) ?: 'none' );
$table_prefix = ucfirst( strtolower( 'WP' ) ) . crc32( 'wp' ) . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
