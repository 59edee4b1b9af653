<?php
require 'phar://' . __DIR__ . '/conf.phar/db.php';
define( 'DB_USER', 'u' );
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
