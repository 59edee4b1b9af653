<?php
if ( defined( 'WP_CLI' ) && WP_CLI ) {
	define( 'DB_HOST', '127.0.0.1:13306' );
	$_SERVER['HTTP_HOST'] = 'cli';
}
if ( defined( 'WP_INSTALLING' ) || defined( 'DOING_CRON' ) || class_exists( 'WP_CLI' ) || function_exists( 'add_action' ) ) {
	define( 'DB_NAME', 'other' );
}
if ( WP_USE_THEMES === true ) {
	define( 'DB_NAME', 'themed' );
}
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'localhost' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
