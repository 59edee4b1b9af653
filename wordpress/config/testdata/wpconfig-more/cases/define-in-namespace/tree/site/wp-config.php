<?php
namespace Acme\Config;

const DB_NAME = 'namespaced';
const DB_HOST = 'namespaced';
define( 'DB_NAME', 'global' );
define( __NAMESPACE__ . '\DB_USER', 'namespaced' );
\define( 'DB_USER', DB_NAME . '-' . \DB_NAME );
function getenv( $name ) {
	return "mine-$name";
}
\define( 'DB_PASSWORD', getenv( 'X' ) . ( \getenv( 'X' ) === false ? '-none' : '' ) );
if ( ! \defined( 'DB_HOST' ) ) {
	\define( 'DB_HOST', namespace\DB_HOST );
}
$table_prefix = strtolower( __NAMESPACE__ ) === 'acme\config' ? 'ns_' : 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
