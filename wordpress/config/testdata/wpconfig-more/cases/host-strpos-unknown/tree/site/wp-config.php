<?php
$stage = false !== stripos( (string) @$_SERVER['SERVER_NAME'], 'staging' );
define( 'DB_NAME', $stage ? 'stage' : 'live' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'localhost' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
