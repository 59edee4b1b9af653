<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u@server' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'server.mysql.database.azure.com:3306' );
define( 'MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_COMPRESS );
define( 'MYSQL_SSL_CA', dirname( ABSPATH ) . '/ca.pem' );
define( 'MYSQL_SSL_CAPATH', '/etc/ssl/certs' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
