<?php
/**
 * #ddev-generated: Automatically generated WordPress settings file.
 */
if ( getenv( 'IS_DDEV_PROJECT' ) == 'true' ) {
	/** The name of the database for WordPress */
	defined( 'DB_NAME' ) || define( 'DB_NAME', 'db' );
	defined( 'DB_USER' ) || define( 'DB_USER', 'db' );
	defined( 'DB_PASSWORD' ) || define( 'DB_PASSWORD', 'db' );
	defined( 'DB_HOST' ) || define( 'DB_HOST', 'ddev-x-db' );
	defined( 'WP_HOME' ) || define( 'WP_HOME', 'https://x.ddev.site' );
	defined( 'WP_SITEURL' ) || define( 'WP_SITEURL', WP_HOME . '/' );
	defined( 'WP_DEBUG' ) || define( 'WP_DEBUG', true );
	if ( ! isset( $table_prefix ) || empty( $table_prefix ) ) {
		// phpcs:disable WordPress.WP.GlobalVariablesOverride.Prohibited
		$table_prefix = 'wp_';
	}
}
