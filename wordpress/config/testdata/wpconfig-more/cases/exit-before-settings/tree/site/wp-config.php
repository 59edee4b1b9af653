<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
die;
require_once ABSPATH . 'wp-settings.php';
