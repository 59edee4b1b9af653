<?php
define( 'DB_NAME', 'above' );
define( 'DB_USER', 'above' );
define( 'DB_PASSWORD', 'above' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
