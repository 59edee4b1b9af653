<?php
foreach ( glob( __DIR__ . '/conf.d/*.php' ) as $file ) {
	require_once $file;
}
define( 'DB_USER', basename( $file, '.php' ) );
define( 'DB_PASSWORD', 'p' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
