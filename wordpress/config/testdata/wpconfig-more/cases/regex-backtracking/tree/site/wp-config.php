<?php
$p = str_repeat( 'a', 5000 ) . '!';
define( 'DB_NAME', preg_match( '/^(?:(a+)*|(a|aa)+)*$/', $p ) ? 'yes' : 'no' );
define( 'DB_USER', preg_replace( '/(.*)*x/', 'y', $p ) === null ? 'u' : 'v' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
