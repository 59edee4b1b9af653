<?php
$cache = __DIR__ . '/cache.php';
file_put_contents( $cache, '<?php return ' . var_export( array( 'name' => 'fresh', 'user' => 'fresh' ), true ) . ';' );
$c = include $cache;
define( 'DB_NAME', $c['name'] );
define( 'DB_USER', $c['user'] );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
