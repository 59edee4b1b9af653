<?php
/**
 * Pantheon platform settings.
 */
if (file_exists(dirname(__FILE__) . '/wp-config-pantheon.php') && isset($_ENV['PANTHEON_ENVIRONMENT'])) {
	require_once(dirname(__FILE__) . '/wp-config-pantheon.php');
} elseif (file_exists(dirname(__FILE__) . '/wp-config-local.php') && !isset($_ENV['PANTHEON_ENVIRONMENT'])){
	require_once(dirname(__FILE__) . '/wp-config-local.php');
} else {
	define('DB_NAME', 'database_name');
	define('DB_USER', 'database_username');
	define('DB_PASSWORD', 'database_password');
	define('DB_HOST', 'database_host');
	define('DB_CHARSET', 'utf8');
	define('DB_COLLATE', '');
}
$table_prefix = getenv( 'DB_PREFIX' ) !== false ? getenv( 'DB_PREFIX' ) : 'wp_';
if ( ! defined( 'WP_DEBUG' ) ) {
	define( 'WP_DEBUG', false );
}
if ( ! defined('ABSPATH') )
	define('ABSPATH', dirname(__FILE__) . '/');
require_once(ABSPATH . 'wp-settings.php');
