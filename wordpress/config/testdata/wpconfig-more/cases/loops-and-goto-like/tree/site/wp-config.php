<?php
$found = null;
for ( $i = 0, $j = 10; $i < $j; $i++, $j-- ) {
	foreach ( [ 'x', 'y' ] as $k ) {
		switch ( $k . $i ) {
			case 'x2':
				continue 2;
			case 'y2':
				$found = "$k$i$j";
				break 3;
		}
	}
}
do {
	$n = ( $n ?? 0 ) + 1;
} while ( $n < 3 );
while ( [ $head, $tail ] = explode( '/', 'a/b' ) ) {
	break;
}
define( 'DB_NAME', $found . $n . $tail );
define( 'DB_USER', match ( true ) {
	$n > 5, $n < 0 => 'a',
	$n === 3 => 'three',
	default => 'b',
} );
define( 'DB_PASSWORD', ( function () {
	try {
		throw new DomainException( 'dom', 7 );
	} catch ( LogicException | TypeError $e ) {
		return get_class( $e ) . $e->getCode();
	} finally {
		define( 'DB_HOST', 'finally' );
	}
} )() );
$table_prefix = ( fn( ...$x ) => array_sum( $x ) )( ...[ 1, 2 ], ...[ 3 ] ) . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
