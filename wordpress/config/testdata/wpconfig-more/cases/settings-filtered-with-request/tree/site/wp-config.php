<?php
$c = ['DB_NAME' => 'n', 'DB_USER' => 'u', 'DB_PASSWORD' => 'p', 'DB_HOST' => 'h', 'WP_HOME' => 'https://' . $_SERVER['HTTP_HOST'], 'Z' => null];
$c = array_filter($c, fn($v) => $v !== null);
foreach ($c as $k => $v) define($k, $v);
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
