<?php
const SITE_NAME = 'acme';
$o = parse_ini_file('c.ini');
define('DB_NAME', $o['name']); define('DB_USER', 'u'); define('DB_PASSWORD', basename($o['dir'])); define('DB_HOST', 'localhost');
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
