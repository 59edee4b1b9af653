<?php
foreach ( explode( "\0", file_get_contents( __DIR__ . '/.env' ) ) as $pair ) {
	@list( $k, $v ) = explode( '=', $pair, 2 );
	putenv( "$k=$v" );
}
define( 'DB_NAME', getenv( 'DB_NAME' ) ?: 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
