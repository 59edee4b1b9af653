<?php
if ( isset( $_ENV['PANTHEON_ENVIRONMENT'] ) && php_sapi_name() !== 'cli' ) {
	if ( $_SERVER['HTTP_HOST'] !== 'www.example.com' || empty( $_SERVER['HTTPS'] ) ) {
		header( 'HTTP/1.0 301 Moved Permanently' );
		header( 'Location: https://www.example.com' . $_SERVER['REQUEST_URI'] );
		if ( extension_loaded( 'newrelic' ) ) {
			newrelic_name_transaction( 'redirect' );
		}
		exit();
	}
}
if ( $_SERVER['HTTP_HOST'] !== 'www.example.com' ) {
	define( 'DB_NAME', 'never' );
}
define( 'DB_NAME', $_ENV['DB_NAME'] );
define( 'DB_USER', $_ENV['DB_USER'] );
define( 'DB_PASSWORD', $_ENV['DB_PASSWORD'] );
define( 'DB_HOST', "{$_ENV['DB_HOST']}:{$_ENV['DB_PORT']}" );
define( 'DB_CHARSET', 'utf8' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
