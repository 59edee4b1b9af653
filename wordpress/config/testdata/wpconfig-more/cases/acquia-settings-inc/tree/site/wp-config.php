<?php
if (isset($_ENV['AH_SITE_ENVIRONMENT'])) {
  $settings = __DIR__ . "/../acquia/{$_ENV['AH_SITE_GROUP']}/{$_ENV['AH_SITE_ENVIRONMENT']}/settings.inc";
  if (is_readable($settings)) { require $settings; }
  $conn = $conf['acquia_hosting_site_info']['db'];
  define('DB_NAME', $conn['name']);
  define('DB_USER', $conn['user']);
  define('DB_PASSWORD', $conn['pass']);
  define('DB_HOST', key($conn['db_url_ha']) . ':' . $conn['port']);
} else {
  list(, $dbname) = explode('/', 'x/dev_db');
  define('DB_NAME', $dbname);
  define('DB_USER', 'dev');
  define('DB_PASSWORD', 'dev');
  define('DB_HOST', 'localhost');
}
define('DB_CHARSET', 'utf8');
$table_prefix  = 'wp_';
require_once(ABSPATH . 'wp-settings.php');
