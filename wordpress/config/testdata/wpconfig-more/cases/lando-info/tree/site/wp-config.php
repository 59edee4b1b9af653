<?php
$lando = json_decode( getenv( 'LANDO_INFO' ) );
if ( json_last_error() !== JSON_ERROR_NONE || ! is_object( $lando ) ) {
	die( 'no lando' );
}
$db = $lando->database;
define( 'DB_NAME', $db->creds->database );
define( 'DB_USER', $db->creds->user );
define( 'DB_PASSWORD', $db->creds->password );
define( 'DB_HOST', "{$db->internal_connection->host}:$lando->missing{$db->internal_connection->port}" );
define( 'WP_HOME', rtrim( $lando->appserver->urls[0], '/' ) );
$table_prefix = $lando?->site?->prefix ?? 'lw_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
