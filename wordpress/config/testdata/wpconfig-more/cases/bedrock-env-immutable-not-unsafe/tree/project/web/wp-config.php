<?php
require_once dirname(__DIR__) . '/vendor/autoload.php';
$loaded = \Dotenv\Dotenv::createImmutable([__DIR__, dirname(__DIR__)])->load();
define('DB_NAME', getenv('DB_NAME') ?: $_ENV['DB_NAME'] . '_env');
define('DB_USER', $_ENV['DB_USER']);
define('DB_PASSWORD', ($_SERVER['DB_PASSWORD'] ?? 'none') . count($loaded));
define('DB_HOST', 'localhost');
$table_prefix = 'wp_';
require_once __DIR__ . '/wp/wp-settings.php';
