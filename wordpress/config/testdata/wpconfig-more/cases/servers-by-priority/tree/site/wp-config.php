<?php
$servers = array(
	array( 'host' => 'c.db', 'weight' => 5, 'name' => 'third' ),
	array( 'host' => 'a.db', 'weight' => 1, 'name' => 'first' ),
	array( 'host' => 'd.db', 'weight' => 1, 'name' => 'fourth' ),
	array( 'host' => 'b.db', 'weight' => 3, 'name' => 'second' ),
);
usort( $servers, function ( $a, $b ) {
	return $a['weight'] > $b['weight'];
} );
$users = array( 'wp_ro' => 1, 'wp_rw' => 7, 'wp_admin' => 3 );
uasort( $users, function ( $a, $b ) {
	return $a < $b;
} );
define( 'DB_NAME', $servers[0]['name'] );
define( 'DB_USER', key( $users ) );
define( 'DB_PASSWORD', implode( '-', array_column( $servers, 'name' ) ) );
define( 'DB_HOST', $servers[0]['host'] );
$table_prefix = 'wp_';
define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
