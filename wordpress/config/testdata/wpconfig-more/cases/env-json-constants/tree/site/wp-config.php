<?php
foreach ( (array) json_decode( getenv( 'WP_CONSTANTS' ), true, 8, JSON_BIGINT_AS_STRING ) as $name => $value ) {
	defined( $name ) or define( $name, $value );
}
$table_prefix = 'w' . RATE . '_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
