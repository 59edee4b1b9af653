<?php
/**
 * #ddev-generated: Automatically generated WordPress settings file.
 */
/** Authentication Unique Keys and Salts. */
define( 'AUTH_KEY', 'yEZbGWzXDzMjRzbDgPZuWqE' );
// Include for settings managed by ddev.
$ddev_settings = dirname( __FILE__ ) . '/wp-config-ddev.php';
if ( ! defined( 'DB_USER' ) && getenv( 'IS_DDEV_PROJECT' ) == 'true' && is_readable( $ddev_settings ) ) {
	require_once $ddev_settings;
}
/** Absolute path to the WordPress directory. */
defined( 'ABSPATH' ) || define( 'ABSPATH', dirname( __FILE__ ) . '/' );
/** Include wp-settings.php */
if ( file_exists( ABSPATH . '/wp-settings.php' ) ) {
	require_once ABSPATH . '/wp-settings.php';
}
