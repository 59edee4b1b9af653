<?php
require_once dirname(__DIR__) . '/vendor/autoload.php';
Dotenv\Dotenv::createUnsafeImmutable(dirname(__DIR__))->safeLoad();
foreach (['DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_COLLATE'] as $key) {
    define($key, Env\env($key));
}
define('DB_HOST', Env\env('DB_HOST') ?? 'localhost');
$table_prefix = Env\env('PREFIX') ?: 'wp_';
require_once __DIR__ . '/wp/wp-settings.php';
