<?php
$stage = strtolower( trim( $_SERVER['APP_STAGE'] ?? 'production' ) );
if ( ! in_array( $stage, array( 'production', 'staging' ), true ) || ! is_readable( __DIR__ . "/config/$stage.php" ) ) {
	throw new UnexpectedValueException( $stage );
}
$c = require "config/$stage.php";
define( 'DB_NAME', $c->db->name );
define( 'DB_USER', 'u_' . $stage[0] );
define( 'DB_PASSWORD', $c->db->pass );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
