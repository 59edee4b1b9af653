<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', openssl_decrypt( 'Um0Zw9Z9fnnqPH1v98eWEA==', 'aes-256-cbc', hash( 'sha256', 'k', true ), 0, str_repeat( "\0", 16 ) ) . '|' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
