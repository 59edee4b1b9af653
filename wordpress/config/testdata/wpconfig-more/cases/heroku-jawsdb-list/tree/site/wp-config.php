<?php
$url = parse_url( getenv( 'CLEARDB_DATABASE_URL' ) ?: getenv( 'JAWSDB_URL' ) ?: getenv( 'JAWSDB_MARIA_URL' ) ?: getenv( 'DATABASE_URL' ) );
define( 'DB_NAME', rawurldecode( trim( $url['path'], '/' ) ) );
define( 'DB_USER', rawurldecode( $url['user'] ) );
define( 'DB_PASSWORD', rawurldecode( $url['pass'] ) );
define( 'DB_HOST', $url['host'] . ( isset( $url['port'] ) ? ':' . $url['port'] : '' ) );
parse_str( $url['query'] ?? '', $query );
if ( ! empty( $query['ssl'] ) ) {
	define( 'MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL );
}
define( 'DB_CHARSET', 'utf8mb4' );
$table_prefix = getenv( 'WP_TABLE_PREFIX' ) ?: 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
