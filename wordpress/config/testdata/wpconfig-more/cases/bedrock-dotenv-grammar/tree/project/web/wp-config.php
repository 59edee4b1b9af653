<?php
require_once dirname(__DIR__) . '/vendor/autoload.php';
$env = Dotenv\Dotenv::createArrayBacked(dirname(__DIR__))->load();
define('DB_NAME', implode(',', array_keys($env)));
define('DB_USER', $env['MULTI']);
define('DB_PASSWORD', $env['DB_PASSWORD']);
define('DB_HOST', $env['EXPORTED'] . (isset($_ENV['BASE']) ? 'leaked' : ''));
$table_prefix = $env['PLAIN'];
require_once __DIR__ . '/wp/wp-settings.php';
