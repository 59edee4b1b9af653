<?php
$u = parse_url(getenv('DATABASE_URL') ?: 'mysql://root:@localhost/dev?charset=latin1&prefix[]=x&prefix[]=dev_');
parse_str($u['query'], $q);
define('DB_NAME', rawurldecode(ltrim($u['path'], '/')));
define('DB_USER', urldecode($u['user']));
define('DB_PASSWORD', isset($u['pass']) ? urldecode($u['pass']) : '');
define('DB_HOST', $u['host'] . (isset($u['port']) ? ":{$u['port']}" : ''));
define('DB_CHARSET', $q['charset']);
$table_prefix = end($q['prefix']);
if (($q['sslmode'] ?? null) === 'require') define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL);
require ABSPATH . 'wp-settings.php';
