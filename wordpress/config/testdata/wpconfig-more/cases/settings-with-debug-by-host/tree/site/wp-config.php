<?php
$c = ['DB_NAME' => 'n', 'DB_USER' => 'u', 'DB_PASSWORD' => 'p', 'DB_HOST' => 'h'];
if (strpos($_SERVER['HTTP_HOST'], 'staging.') === 0) { $c['WP_DEBUG'] = true; $c['SCRIPT_DEBUG'] = true; }
foreach ($c as $k => $v) define($k, $v);
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
