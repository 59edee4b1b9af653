<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'one_';
$settings = realpath( dirname( __FILE__ ) . '/wp-includes/.././wp-settings.php' );
if ( is_string( $settings ) && file_exists( $settings ) ) :
	$table_prefix = 'two_';
	( include_once $settings ) or die;
endif;
$table_prefix = 'three_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
