<?php
namespace Acme\Config {
	use const PHP_EOL as NL; use function strtoupper as up; use \ArrayObject as AO;
	const DB_NAME = 'ns'; define('DB_NAME', 'global'); define(__NAMESPACE__ . '\DB_USER', 'nsuser'); define('\DB_X', 1);
	function define($a, $b) { \define($a, "over-$b"); }
	function constant($x) { return 'mine:' . $x; }
	define('DB_USER', DB_USER . NL . up(DB_NAME) . namespace\DB_NAME . \DB_NAME . constant('DB_NAME') . \constant('Acme\Config\DB_NAME') . (\defined('Acme\Config\DB_USER') ? 'd' : 'u') . strlen('abc'));
	class K { const P = self::class . '!'; const Q = [self::P, 'x' => ['y' => 'q']]; public static $s = [1]; static function __callStatic($n, $a) { return $n . implode($a); } function __call($n, $a) { return "$n-" . count($a); } function __invoke($a) { return $a * 2; } }
	\define('DB_PASSWORD', K::P . K::Q['x']['y'] . K::any(1, 2) . (new K)->other(...[1, 2, 3]) . array_sum(array_map(new K, [1, 2])) . \implode(',', array_map([K::class, 'zed'], ['a'])) . (new class extends K { public $v = parent::P; })->v . namespace\K::class);
}
namespace {
	define('DB_HOST', \Acme\Config\DB_NAME . (function_exists('acme\config\DEFINE') ? 'f' : '') . (class_exists('\Acme\Config\K') ? 'c' : ''));
	$table_prefix = 'wp_';
	require ABSPATH . 'wp-settings.php';
}
