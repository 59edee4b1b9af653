<?php
$ch = curl_init( 'http://127.0.0.1:8200/v1/secret/wp' );
curl_setopt( $ch, CURLOPT_RETURNTRANSFER, true );
curl_setopt( $ch, CURLOPT_HTTPHEADER, array( 'X-Vault-Token: t' ) );
$body = json_decode( curl_exec( $ch ) );
curl_close( $ch );
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', $body->data->password ?? 'fallback' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
