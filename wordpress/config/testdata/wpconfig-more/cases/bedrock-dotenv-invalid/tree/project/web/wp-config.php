<?php
require_once dirname(__DIR__) . '/vendor/autoload.php';
Dotenv\Dotenv::createUnsafeImmutable(dirname(__DIR__))->load();
define('DB_NAME', getenv('DB_NAME'));
define('DB_USER', 'u');
define('DB_PASSWORD', getenv('DB_PASSWORD'));
define('DB_HOST', 'localhost');
$table_prefix = 'wp_';
require_once __DIR__ . '/wp/wp-settings.php';
