<?php
use Acme\Db;
spl_autoload_register( function ( $class ) {
	$file = __DIR__ . '/lib/' . str_replace( '\\', '/', $class ) . '.php';
	if ( is_file( $file ) ) {
		require $file;
	}
} );
define( 'DB_NAME', Db::NAME );
define( 'DB_USER', Db::get()->account );
define( 'DB_PASSWORD', Db::get() === Db::get() ? 'same' : 'other' );
define( 'DB_HOST', Db::class );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
