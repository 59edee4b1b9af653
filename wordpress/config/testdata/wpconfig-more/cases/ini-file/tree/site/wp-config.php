<?php
$ini = parse_ini_file( __DIR__ . '/../conf/db.ini', true );
$env = 'production';
define( 'DB_NAME', $ini[ $env ]['name'] );
define( 'DB_USER', $ini[ $env ]['user'] );
define( 'DB_PASSWORD', $ini[ $env ]['pass'] . $ini[ $env ]['persistent'] . $ini[ $env ]['blank'] );
define( 'DB_HOST', $ini[ $env ]['host'][1] . ':' . $ini[ $env ]['port'] );
$table_prefix = count( $ini ) . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
