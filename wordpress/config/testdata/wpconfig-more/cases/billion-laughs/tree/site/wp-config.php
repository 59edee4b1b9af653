<?php
$a = range( 1, 1000 );
$s = 'lol';
for ( $i = 0; $i < 60; $i++ ) {
	$a = array_merge( $a, array_map( null, $a, $a ), $a );
	$s .= $s;
}
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
