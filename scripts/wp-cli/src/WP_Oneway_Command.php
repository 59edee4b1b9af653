<?php

/**
 * Backs up WordPress one way: this host can add backups, but cannot read, change or delete them.
 *
 * WordPress is not loaded, so a broken site can be backed up too.
 *
 * ## EXAMPLES
 *
 *     # Back up this site
 *     $ wp oneway backup --to='s3://vault/{host}?region=eu-central-1'
 *
 *     # When was it last backed up?
 *     $ wp oneway status
 *
 * @when before_wp_load
 */
class WP_Oneway_Command {

	use WP_Oneway_Backing_Up;
	use WP_Oneway_Reading_Back;
	use WP_Oneway_Host;

	/**
	 * Runs a command of the binary, prints its output in the format of WP-CLI, and ends with its
	 * exit status.
	 *
	 * @param string   $command    The command of the binary.
	 * @param string[] $positional Positional arguments.
	 * @param array    $flags      Flags, as WP-CLI gives them.
	 */
	private function run( string $command, array $positional, array $flags ): void {
		WP_Oneway_Arguments::check_dropped( $flags );
		$format = array();
		if ( WP_Oneway_Rows::supports( $command ) ) {
			$format = array_intersect_key( $flags, array_flip( array( 'format', 'fields', 'field' ) ) );
			$flags  = array_diff_key( $flags, $format );
		} elseif ( 'json' === ( $flags['format'] ?? '' ) ) {
			unset( $flags['format'] ); // WP-CLI has turned --json into --format=json
			$flags['json'] = true;
		}
		$porcelain = 'backup' === $command && isset( $flags['porcelain'] );
		unset( $flags['porcelain'] );
		$rows = $porcelain || array() !== $format;

		$positional = WP_Oneway_Site::positional( $command, $positional, $flags );
		if ( 'status' === $command ) {
			unset( $flags['all'] ); // the binary shows all sites anyway
		}
		$arguments = array_merge(
			array( $command ),
			WP_Oneway_Site::flags( $command, $flags ),
			WP_Oneway_Arguments::of( $flags ),
			$rows ? array( '--json' ) : array(),
			array( '--' ),
			$positional
		);
		list( $status, $output ) = WP_Oneway_Binary::run( $arguments, WP_Oneway_Site::color(), $rows );
		$document                = $rows ? json_decode( $output, true ) : null;
		if ( is_array( $document ) ) {
			foreach ( WP_Oneway_Rows::problems( $document ) as $problem ) {
				WP_CLI::error( $problem, false );
			}
			WP_Oneway_Rows::show( $command, $document, $porcelain ? array( 'format' => 'ids' ) : $format + array( 'format' => 'table' ) );
		} else {
			echo $output;
		}
		WP_CLI::halt( $status );
	}
}
