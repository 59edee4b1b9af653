<?php
define( 'DB_DRIVER', 'pgsql' );
if ( ! defined( 'PG4WP_ROOT' ) ) {
	define( 'PG4WP_ROOT', __DIR__ . '/pg4wp' );
}
require_once PG4WP_ROOT . '/core.php';
