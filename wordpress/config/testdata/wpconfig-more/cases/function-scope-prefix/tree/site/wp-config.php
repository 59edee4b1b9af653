<?php
$table_prefix = 'outer_';
function settings( array $with ) {
	$table_prefix = 'inner_';
	foreach ( $with as $name => $value ) {
		define( "DB_$name", $value );
	}
}
settings( [ 'NAME' => 'fn', 'USER' => 'fn', 'PASSWORD' => 'fn' ] + [ 'HOST' => 'h', 'NAME' => 'late' ] );
function prefix() {
	global $table_prefix;
	$GLOBALS['table_prefix'] .= 'g_';
	$table_prefix = 'x' . $table_prefix;
}
prefix();
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
