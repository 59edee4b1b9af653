<?php
chdir( __DIR__ . '/env' );
include './db.inc';
define( 'DB_USER', basename( getcwd() ) );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
