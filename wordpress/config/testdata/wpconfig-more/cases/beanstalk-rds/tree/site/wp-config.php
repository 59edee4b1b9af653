<?php
define('DB_NAME', $_SERVER['RDS_DB_NAME']);
define('DB_USER', $_SERVER['RDS_USERNAME']);
define('DB_PASSWORD', (string) getenv('RDS_PASSWORD', true));
define('DB_HOST', implode(':', [getenv('RDS_HOSTNAME'), (int) getenv('RDS_PORT')]));
define('DB_CHARSET', array_key_exists('RDS_CHARSET', $_SERVER) ? $_SERVER['RDS_CHARSET'] : 'utf8');
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
