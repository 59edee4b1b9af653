<?php
define( 'db_name', 'lower' );
define( 'Db_User', 'mixed', true );
define( 'DB_NAME', 'UPPER', true );
if ( ! defined( 'DB_USER' ) ) {
	define( 'DB_USER', 'upper' );
}
DEFINE( 'DB_PASSWORD', Db_User . db_name );
\define( '\DB_HOST', 'leading' );
\define( 'DB_HOST', \constant( 'db_name' ) );
$Table_Prefix = 'nope_';
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
