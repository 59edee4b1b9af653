<?php
$site_host = 'localhost';
$site_scheme = 'http';
if ( isset( $_SERVER['HTTP_HOST'] ) ) {
	$site_host = $_SERVER['HTTP_HOST'];
	$site_scheme = ! empty( $_SERVER['HTTPS'] ) ? 'https' : 'http';
}
$relationships = getenv( 'PLATFORM_RELATIONSHIPS' );
if ( ! $relationships ) {
	return;
}
$relationships = json_decode( base64_decode( $relationships, true ) );
$find = function ( $scheme ) use ( $relationships ) {
	foreach ( $relationships as $name => $list ) {
		foreach ( $list as $one ) {
			if ( ( $one->scheme ?? null ) === $scheme ) {
				return (array) $one;
			}
		}
	}
	throw new RuntimeException( 'no ' . $scheme );
};
try {
	$find( 'solr' );
} catch ( \RuntimeException $e ) {
	define( 'NO_SOLR', $e->getMessage() );
}
[ 'username' => $user, 'password' => $pass, 'host' => $host, 'path' => $name ] = $find( 'mysql' );
define( 'DB_NAME', $name );
define( 'DB_USER', $user );
define( 'DB_PASSWORD', $pass );
define( 'DB_HOST', $host . ( ( $find( 'mysql' )['port'] ?? 3306 ) !== 3306 ? ':' . $find( 'mysql' )['port'] : '' ) );
define( 'DB_CHARSET', 'utf8' );
define( 'DB_COLLATE', '' );
foreach ( [ 'AUTH_KEY', 'NONCE_SALT' ] as $key ) {
	if ( ! defined( $key ) ) {
		define( $key, getenv( 'PLATFORM_PROJECT_ENTROPY' ) . $key );
	}
}
define( 'WP_HOME', "{$site_scheme}://{$site_host}" );
$table_prefix = 'wp_' . strtolower( substr( md5( getenv( 'PLATFORM_PROJECT_ENTROPY' ) ), 0, 4 ) ) . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
