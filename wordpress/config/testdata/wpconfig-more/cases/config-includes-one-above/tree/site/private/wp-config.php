<?php
define( 'DB_NAME', 'private' );
define( 'DB_USER', 'private' );
define( 'DB_PASSWORD', 'pr1v' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
