<?php
define( 'DB_NAME', $folder[0] );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', SITE_SECRET );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
