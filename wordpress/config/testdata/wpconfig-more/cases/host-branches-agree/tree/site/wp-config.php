<?php
$host = $_SERVER['HTTP_HOST'] ?? '';
if ( strpos( $host, 'dev.' ) === 0 || substr( $host, -6 ) === '.local' ) {
	define( 'WP_DEBUG', true );
	define( 'WP_CONTENT_DIR', __DIR__ . '/dev-content' );
	$db = 'shop';
} elseif ( preg_match( '/^(www\.)?shop\.test$/', $host ) ) {
	define( 'WP_DEBUG', false );
	$db = implode( '', array( 'sh', 'op' ) );
} else {
	define( 'WP_DEBUG', false );
	$db = strtolower( 'SHOP' );
}
define( 'DB_NAME', $db );
define( 'DB_USER', $db );
define( 'DB_PASSWORD', md5( $db ) );
define( 'DB_HOST', 'localhost' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
