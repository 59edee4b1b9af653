<?php
if ( file_exists( __DIR__ . '/maintenance.html' ) && $_SERVER['REMOTE_ADDR'] !== '192.0.2.1' ) {
	readfile( __DIR__ . '/maintenance.html' );
	exit;
}
$folder = [ 'cms', 'wordpress' ];
define( 'WP_USE_THEMES', true );
define( 'SITE_SECRET', 'fr0nt' );
require_once sprintf( '%s/%s/wp-blog-header.php', __DIR__, join( '/', $folder ) );
