<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
define( 'WP_CONTENT_DIR', $_SERVER['HTTP_HOST'] === 'a.test' ? __DIR__ . '/a' : __DIR__ . '/b' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
