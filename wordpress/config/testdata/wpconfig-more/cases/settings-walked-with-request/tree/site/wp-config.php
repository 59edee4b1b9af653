<?php
$c = ['DB_NAME' => 'n', 'DB_USER' => 'u', 'DB_PASSWORD' => 'p', 'DB_HOST' => 'h', 'WP_HOME' => 'https://' . $_SERVER['HTTP_HOST']];
array_walk($c, function ($v, $k) { define($k, $v); });
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
