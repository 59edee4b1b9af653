<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
require_once __DIR__ . '/../secrets.php';
require_once ABSPATH . 'wp-settings.php';
