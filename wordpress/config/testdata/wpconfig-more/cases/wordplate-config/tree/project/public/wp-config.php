<?php
declare(strict_types=1);
use function Env\env;
require $autoload = realpath(__DIR__ . '/../vendor/autoload.php');
$dotenv = Dotenv\Dotenv::createUnsafeImmutable(dirname(__DIR__));
$dotenv->safeLoad();
define('WP_ENVIRONMENT_TYPE', env('WP_ENV') ?? env('WP_ENVIRONMENT_TYPE') ?? 'production');
define('WP_DEBUG', env('WP_DEBUG') ?? false);
define('DB_CHARSET', env('DB_CHARSET') ?? 'utf8mb4');
define('DB_COLLATE', env('DB_COLLATE') ?? 'utf8mb4_unicode_ci');
define('DB_HOST', env('DB_HOST') ?? '127.0.0.1');
define('DB_NAME', env('DB_NAME'));
define('DB_PASSWORD', env('DB_PASSWORD'));
define('DB_USER', env('DB_USER'));
$table_prefix = env('DB_TABLE_PREFIX') ?? 'wp_';
$scheme = match (true) { ($_SERVER['HTTPS'] ?? '') === 'on' => 'https', default => 'http' };
define('WP_HOME', env('WP_HOME') ?? sprintf('%s://%s', $scheme, $_SERVER['HTTP_HOST'] ?? 'localhost'));
define('WP_CONTENT_DIR', __DIR__ . DIRECTORY_SEPARATOR);
define('UPLOADS', '../uploads');
if (! defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/wordpress/');
}
require_once ABSPATH . 'wp-settings.php';
