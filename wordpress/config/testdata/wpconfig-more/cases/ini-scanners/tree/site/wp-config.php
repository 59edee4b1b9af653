<?php
$ini = parse_ini_file(__DIR__ . '/db.ini', true);
$c = $ini['production'];
define('DB_NAME', $c['db.name']);
define('DB_USER', $c['db.user'] . $c['flag'] . $c['num'] . $c['const']);
define('DB_PASSWORD', $c['db.pass']);
define('DB_HOST', $c['db.host']);
$t = parse_ini_file(__DIR__ . '/db.ini', true, INI_SCANNER_TYPED);
define('MULTISITE', $t['production']['flag']);
$r = parse_ini_file(__DIR__ . '/db.ini', true, INI_SCANNER_RAW);
$table_prefix = md5($r['production']['db.pass'] . $r['production']['db.name'] . $r['staging : production']['db.name'] . var_export($t, true));
require ABSPATH . 'wp-settings.php';
