<?php
putenv( 'DB_NAME=put' );
putenv( 'DB_USER' );
putenv( 'EMPTY=' );
define( 'DB_NAME', getenv( 'DB_NAME' ) . ( isset( $_ENV['DB_NAME'] ) ? '!' : '' ) );
define( 'DB_USER', ( getenv( 'DB_USER' ) ?: 'removed' ) . '-' . $_ENV['DB_USER'] );
define( 'DB_PASSWORD', var_export( getenv( 'EMPTY' ), true ) . getenv( 'KEEP' ) . ( getenv()['DB_NAME'] ?? 'no' ) );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
