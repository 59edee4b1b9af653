<?php
// Runs a site's configuration as a request for its front page does, and prints
// what stands where wp-settings.php would start: the test's judge, never part of
// the program. Arguments: the document root, then the request as JSON.
( static function () {
	global $argv;
	$request = json_decode( $argv[2], true );
	$_ENV    = getenv();
	$_SERVER = array_merge( $_ENV, $request['server'] ?? array(), array( 'DOCUMENT_ROOT' => $argv[1] ) );
	if ( isset( $request['host'] ) ) {
		$_SERVER['HTTP_HOST']   = $request['host'];
		$_SERVER['SERVER_NAME'] = explode( ':', $request['host'] )[0];
	}
	$_GET = $_POST = $_COOKIE = $_REQUEST = $_FILES = array();
	chdir( $argv[1] );
} )();
define( 'WP_ONEWAY_ROOT', $argv[1] );
unset( $argv, $argc );
ob_start();
require is_file( WP_ONEWAY_ROOT . '/index.php' ) ? WP_ONEWAY_ROOT . '/index.php' : WP_ONEWAY_ROOT . '/wp-load.php';
