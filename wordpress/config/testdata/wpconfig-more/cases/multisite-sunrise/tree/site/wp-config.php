<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
define( 'SUNRISE', 'on' );
define( 'CUSTOM_USER_TABLE', 'shared_users' );
define( 'COOKIE_DOMAIN', $_SERVER['HTTP_HOST'] );
$table_prefix = 'ms_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
