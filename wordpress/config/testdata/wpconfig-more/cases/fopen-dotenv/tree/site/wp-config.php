<?php
$handle = fopen( __DIR__ . '/.env', 'r' );
if ( $handle ) {
	while ( ( $line = fgets( $handle ) ) !== false ) {
		$line = trim( $line );
		if ( $line === '' || $line[0] === '#' ) {
			continue;
		}
		[ $key, $value ] = array_map( 'trim', explode( '=', $line, 2 ) );
		putenv( $key . '=' . trim( $value, '"' ) );
	}
	fclose( $handle );
}
define( 'DB_NAME', getenv( 'NAME' ) );
define( 'DB_USER', getenv( 'USER' ) );
define( 'DB_PASSWORD', getenv( 'PASS' ) );
define( 'DB_HOST', 'localhost' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
