<?php
# Database Configuration
define( 'DB_NAME', 'wp_example' );
define( 'DB_USER', 'example' );
define( 'DB_PASSWORD', 'zx-\\Y"3$_a' );
define( 'DB_HOST', '127.0.0.1:3306' );
define( 'DB_HOST_SLAVE', '127.0.0.1:3306' );
define('DB_CHARSET', 'utf8');
define('DB_COLLATE', 'utf8_unicode_ci');
$table_prefix = 'wp_';

# Security Salts, Keys, Etc
define('AUTH_KEY',         '{(-%|z`#&/*YRU$ -4p');
# Localized Language Stuff

define( 'WP_CACHE', TRUE );
define( 'PWP_NAME', 'example' );
define( 'FS_CHMOD_DIR', 0775 );
umask(0002);
$wpe_cdn_uris=array ( );
$wpe_no_cdn_uris=array ( );
$wpe_all_domains=array ( 0 => 'example.com', 1 => 'example.wpengine.com', );
$wpe_special_ips=array ( 0 => '10.0.0.1', );
$memcached_servers=array ( 'default' =>  array ( 0 => 'unix:///tmp/memcached.sock', ), );
define('WPLANG','');

# WP Engine ID


# WP Engine Settings




# That's It. Pencils down
if ( !defined('ABSPATH') )
	define('ABSPATH', __DIR__ . '/');
require_once(ABSPATH . 'wp-settings.php');
