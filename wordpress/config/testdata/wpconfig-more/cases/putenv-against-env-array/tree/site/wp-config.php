<?php
putenv('DB_NAME=changed');
putenv('DB_USER=put');
define('DB_NAME', $_ENV['DB_NAME'] ?? 'unset');
define('DB_USER', getenv('DB_USER'));
define('DB_PASSWORD', getenv('DB_NAME') . '|' . ($_SERVER['DB_NAME'] ?? 'noserver') . '|' . ($_SERVER['DB_USER'] ?? 'no'));
define('DB_HOST', 'localhost');
putenv('DB_NAME');
$table_prefix = getenv('DB_NAME') === false ? 'gone_' : 'still_';
require ABSPATH . 'wp-settings.php';
