<?php
define( 'DB_NAME', 'core' );
define( 'DB_USER', 'core' );
define( 'DB_PASSWORD', 'core' );
define( 'DB_HOST', 'h' );
define( 'WP_CONTENT_DIR', dirname( ABSPATH ) . '/assets/../content/' );
define( 'UPLOADS', '../media' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
