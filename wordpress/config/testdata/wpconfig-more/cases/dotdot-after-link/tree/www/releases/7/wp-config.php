<?php
require $_SERVER['DOCUMENT_ROOT'] . '/../db.php';
define( 'DB_USER', basename( __DIR__ ) );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
