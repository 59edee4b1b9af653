<?php

/**
 * The subcommands of `wp oneway` that read backups back.
 */
trait WP_Oneway_Reading_Back {

	/**
	 * Lists the backups in a store, with a credential that may read.
	 *
	 * That is not the credential of the hosts, which can only add.
	 *
	 * ## OPTIONS
	 *
	 * [<site>]
	 * : Only backups of the site of this name.
	 *
	 * [--from=<url>]
	 * : URL of the backups, as that of a sink.
	 *
	 * [--kind=<kind>]
	 * : Only backups of this kind.
	 * ---
	 * options:
	 *   - full
	 *   - db
	 *   - files
	 * ---
	 *
	 * [--since=<time>]
	 * : Only backups of the last time, such as 36h or 7d, or since a date such as 2026-11-23.
	 *
	 * [--latest]
	 * : Only the newest backup that can be restored.
	 *
	 * [--incomplete]
	 * : Also runs without a manifest, which are no backups.
	 *
	 * [--format=<format>]
	 * : Print the backups in this format. ids: the names of the runs.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 *   - yaml
	 *   - count
	 *   - ids
	 * ---
	 *
	 * [--fields=<fields>]
	 * : Some of run, site, kind, no_uploads, started, stored, bytes, status, reason, seal, host, agent, wordpress.
	 *
	 * [--field=<field>]
	 * : Print one field of each backup.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway list`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway list --from='s3://vault/{host}?profile=restore'
	 *
	 *     # The newest backup of a site, for `wp oneway restore`
	 *     $ wp oneway list example.com --from=/var/backups/wp --latest --format=ids
	 *
	 * @subcommand list
	 * @when before_wp_load
	 */
	public function list_( $args, $assoc_args ) {
		$this->run( 'list', $args, $assoc_args );
	}

	/**
	 * Checks that stored backups are what the hosts stored.
	 *
	 * ## OPTIONS
	 *
	 * [<run>...]
	 * : Names of runs, as `wp oneway list --format=ids` prints them.
	 *
	 * [--from=<url>]
	 * : URL of the backups, as that of a sink, with a credential that may read.
	 *
	 * [--latest]
	 * : The newest run of each site and kind.
	 *
	 * [--all]
	 * : Every run.
	 *
	 * [--site=<name>]
	 * : Only runs of this site.
	 *
	 * [--identity=<file>]
	 * : File with the secret key that opens sealed backups. May be repeated.
	 *
	 * [--quick]
	 * : Compare only what the store states. Download nothing.
	 *
	 * [--format=<format>]
	 * : Print the results in this format. ids: the names of the runs.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 *   - yaml
	 *   - count
	 *   - ids
	 * ---
	 *
	 * [--fields=<fields>]
	 * : Some of run, ok, depth, objects, bytes, files, tables, rows, problems, notes.
	 *
	 * [--field=<field>]
	 * : Print one field of each result.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway verify`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway verify --from='s3://vault/{host}?profile=restore' --latest --identity=key.txt
	 *
	 *     $ wp oneway verify --from=/var/backups/wp --all --site=example.com --quick
	 *
	 * @when before_wp_load
	 */
	public function verify( $args, $assoc_args ) {
		$this->run( 'verify', $args, $assoc_args );
	}

	/**
	 * Restores a backup.
	 *
	 * All arguments go to `wp-oneway restore`. Its help describes them: `wp-oneway restore --help`.
	 *
	 * ## OPTIONS
	 *
	 * [<run>...]
	 * : The run to restore.
	 *
	 * [--from=<url>]
	 * : URL of the backups, as that of a sink, with a credential that may read.
	 *
	 * [--<field>=<value>]
	 * : Every flag of `wp-oneway restore`. Write a flag without a value as --flag=true.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway restore --from=/var/backups/wp --latest --site=example.com
	 *
	 * @when before_wp_load
	 */
	public function restore( $args, $assoc_args ) {
		$this->run( 'restore', $args, $assoc_args );
	}
}
