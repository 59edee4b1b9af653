<?php
/**
 * Registers `wp oneway` with WP-CLI. It loads without Composer too: wp --require=command.php
 */

if ( ! class_exists( 'WP_CLI' ) ) {
	return;
}

foreach ( array( 'Arguments', 'Binary', 'Rows', 'Site', 'Backing_Up', 'Host', 'Reading_Back', 'Command' ) as $wp_oneway_part ) {
	require_once __DIR__ . "/src/WP_Oneway_$wp_oneway_part.php";
}

WP_Oneway_Arguments::check_group();
WP_CLI::add_command( 'oneway', 'WP_Oneway_Command' );
