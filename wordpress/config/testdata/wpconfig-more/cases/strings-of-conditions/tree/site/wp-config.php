<?php
$bits = array(
	'0' == '', 0 == 'a', '1' == '01', '1e1' == '10', null == false, 'abc' == 0, '0.0' == '0', array() == false, '' == null, 'a' <=> 'b',
	empty( '0' ), ! '0.0', (bool) ' ', '10' == '1e1', 100 == '1e2', 'null' == null, INF == 'INF', '  1' == 1, '1  ' == 1, '0x1A' == 26,
);
define( 'DB_NAME', 'n' . implode( '', array_map( 'intval', $bits ) ) );
define( 'DB_USER', 7 . '' . 7.0 . 1.5e3 . 0.1 + 0.2 . 1e25 );
define( 'DB_PASSWORD', 10 % 3 . -7 % 3 . 7 <=> 3 . intdiv( -7, 2 ) );
define( 'DB_HOST', 'h' . ( true ? 'a' : ( false ? 'b' : 'c' ) ) . ( null ?: 'd' ) );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
