<?php
// Load our configuration
if ( file_exists( __DIR__ . '/config/wp-config-loader.php' ) ) {
	require_once __DIR__ . '/config/wp-config-loader.php';
}
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
