<?php
define('DB_NAME', $_ENV['DB_NAME']);
define('DB_USER', $_ENV['DB_USER']);
define('DB_PASSWORD', $_ENV['DB_PASSWORD']);
define('DB_HOST', $_ENV['DB_HOST'] . ':' . $_ENV['DB_PORT']);
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
foreach (array('AUTH_KEY','SECURE_AUTH_KEY') as $k) define($k, $_ENV[$k] ?? '');
if (isset($_SERVER['HTTP_HOST'])) {
	if (isset($_SERVER['HTTP_USER_AGENT_HTTPS']) && $_SERVER['HTTP_USER_AGENT_HTTPS'] === 'ON') {
		$scheme = 'https';
	} else {
		$scheme = 'http';
	}
	define('WP_HOME', $scheme . '://' . $_SERVER['HTTP_HOST']);
	define('WP_SITEURL', $scheme . '://' . $_SERVER['HTTP_HOST']);
}
define('WP_TEMP_DIR', sys_get_temp_dir());
if ( in_array( $_ENV['PANTHEON_ENVIRONMENT'], array( 'test', 'live' ) ) && ! defined( 'DISALLOW_FILE_MODS' ) ) :
	define( 'DISALLOW_FILE_MODS', true );
endif;
if ( getenv( 'FRAMEWORK' ) === 'wordpress_network' && ! defined('WP_ALLOW_MULTISITE') ) { define( 'WP_ALLOW_MULTISITE', true ); }
