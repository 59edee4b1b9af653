<?php
$parts = explode( '/', str_replace( '\\', '/', __DIR__ ) );
$at = array_search( 'home', array_reverse( $parts, true ), true );
$account = $parts[ count( $parts ) - 4 ];
$domain = $parts[ count( $parts ) - 2 ];
define( 'DB_NAME', $account . '_' . preg_replace( '/[^a-z0-9]+/', '', strtok( $domain, '.' ) ) );
define( 'DB_USER', substr( $account, 0, 8 ) . '_wp' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = sprintf( 'wp%02d_', strlen( $account ) );
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
