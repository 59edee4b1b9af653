<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
class Prefix {
	const ROOT = 'wp';
	public static $n = 1;
	public static function next(): string {
		return self::ROOT . ++static::$n;
	}
}
list( , list( 'k' => $k ) ) = array( 0, array( 'k' => Prefix::next() ) );
$p = &$table_prefix;
$p = <<<"X"
  {$k}_${k}
  X;
$p[0] = 'W';
$p .= "{$p[-1]}_" . Prefix::{'next'}();
unset( $p );
$p = 'gone';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
