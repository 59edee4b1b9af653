<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'global_';
( function () {
	$table_prefix = 'local_';
	require ABSPATH . 'wp-settings.php';
} )();
