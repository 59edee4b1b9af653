<?php
$name = extension_loaded( 'mysqli' ) && function_exists( 'mysqli_connect' ) ? 'mysqli' : 'mysql';
if ( function_exists( 'newrelic_set_appname' ) ) {
	newrelic_set_appname( 'x' );
	$name = 'relic';
}
if ( extension_loaded( 'ionCube Loader' ) || class_exists( 'Redis' ) || function_exists( 'apcu_fetch' ) || function_exists( 'wp_cache_get' ) ) {
	$name = 'cached';
}
define( 'DB_NAME', $name );
define( 'DB_USER', class_exists( 'DateTimeImmutable' ) && interface_exists( 'Traversable' ) ? 'classes' : 'none' );
define( 'DB_PASSWORD', function_exists( 'str_contains' ) && ! function_exists( 'each' ) && ! function_exists( 'json_validate' ) ? 'p82' : 'p' );
define( 'DB_HOST', defined( 'FILTER_SANITIZE_STRING' ) && defined( 'T_STRING' ) && ! defined( 'MYSQL_ASSOC' ) ? 'constants' : 'localhost' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
