<?php
if ( rand( 1, 100 ) === 1 ) {
	@file_put_contents( __DIR__ . '/access.log', date( 'c' ) . ' ' . $_SERVER['REMOTE_ADDR'] . "\n", FILE_APPEND | LOCK_EX );
}
error_log( 'x' );
if ( is_file( __DIR__ . '/local.php' ) ) {
	include __DIR__ . '/local.php';
}
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
