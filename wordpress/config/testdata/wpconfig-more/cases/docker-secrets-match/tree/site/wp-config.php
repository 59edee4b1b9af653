<?php
$secret = static fn (string $n, ?string $d = null): ?string => match (true) {
	($f = getenv("{$n}_FILE")) !== false && is_readable($f) => rtrim(file_get_contents($f), "\r\n"),
	($v = getenv($n)) !== false => $v,
	default => $d,
};
define('DB_NAME', $secret('WORDPRESS_DB_NAME', 'none'));
define('DB_USER', $secret('WORDPRESS_DB_USER', 'none'));
define('DB_PASSWORD', $secret('WORDPRESS_DB_PASSWORD'));
define('DB_HOST', $secret('WORDPRESS_DB_HOST', 'mysql'));
$table_prefix = $secret('WORDPRESS_TABLE_PREFIX', 'wp_');
require_once ABSPATH . 'wp-settings.php';
