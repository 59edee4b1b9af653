<?php
$now = new DateTime( 'now', new DateTimeZone( 'UTC' ) );
define( 'BUILD', $now->format( 'Ymd' ) );
$stack = new ArrayObject( array( 1, 2 ) );
$stack->append( 3 );
try {
	$pdo = new PDO( 'sqlite::memory:' );
	$pdo->setAttribute( PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION );
} catch ( PDOException $e ) {
	define( 'NO_PDO', true );
}
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
