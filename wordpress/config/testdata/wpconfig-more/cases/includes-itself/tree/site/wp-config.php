<?php
include __FILE__;
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
