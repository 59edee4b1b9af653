<?php
$db = json_decode( file_get_contents( dirname( __DIR__ ) . '/secrets/db.json' ), false, 512, JSON_THROW_ON_ERROR );
define( 'DB_NAME', $db->name );
define( 'DB_USER', $db->user );
define( 'DB_PASSWORD', trim( file_get_contents( '../secrets/db_password' ) ) );
define( 'DB_HOST', "{$db->hosts[1]}:$db->port" );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
