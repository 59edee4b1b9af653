<?php
if (file_exists(dirname(__FILE__) . '/wp-config-local.php') && !isset($_ENV['PANTHEON_ENVIRONMENT'])) {
	require_once dirname(__FILE__) . '/wp-config-local.php';
} else {
	if (isset($_ENV['PANTHEON_ENVIRONMENT'])) {
		require_once dirname( __FILE__ ) . '/wp-config-pantheon.php';
	} else {
		define('DB_NAME',          'database_name');
		define('DB_USER',          'database_username');
		define('DB_PASSWORD',      'database_password');
		define('DB_HOST',          'database_host');
	}
}
if ( isset( $_ENV['PANTHEON_ENVIRONMENT'] ) && php_sapi_name() != 'cli' ) {
	$primary_domain = $_ENV['PANTHEON_ENVIRONMENT'] === 'live' ? 'www.example.com' : $_SERVER['HTTP_HOST'];
	if ( $_SERVER['HTTP_HOST'] != $primary_domain || ! isset( $_SERVER['HTTP_USER_AGENT_HTTPS'] ) || $_SERVER['HTTP_USER_AGENT_HTTPS'] != 'ON' ) {
		header( 'X-Redirect: ' . $primary_domain );
	}
}
$table_prefix = getenv( 'table_prefix' ) !== false ? getenv( 'table_prefix' ) : 'wp_';
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
