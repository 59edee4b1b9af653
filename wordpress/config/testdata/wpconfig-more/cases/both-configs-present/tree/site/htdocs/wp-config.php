<?php
define( 'DB_NAME', 'near' );
define( 'DB_USER', 'near' );
define( 'DB_PASSWORD', 'near' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
