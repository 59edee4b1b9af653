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
	 * Restores a site from a backup.
	 *
	 * Without --to, the files go to the site at --path. A folder that is not empty needs --overwrite. Nothing is put into use before everything was read and proven.
	 *
	 * ## OPTIONS
	 *
	 * [<run>]
	 * : The run to restore, as `wp oneway list --format=ids` prints it.
	 *
	 * [--from=<url>]
	 * : URL of the backups, as that of a sink, with a credential that may read.
	 *
	 * [--latest]
	 * : The newest run of --site that can be restored.
	 *
	 * [--site=<name>]
	 * : The name of the site in the store.
	 *
	 * [--to=<folder>]
	 * : Folder that becomes the root of the site.
	 *
	 * [--only=<part>]
	 * : Restore only this part.
	 * ---
	 * options:
	 *   - db
	 *   - files
	 * ---
	 *
	 * [--overwrite=<which>]
	 * : Which files of a folder that is not empty are replaced.
	 * ---
	 * options:
	 *   - always
	 *   - if-changed
	 *   - if-newer
	 *   - never
	 * ---
	 *
	 * [--delete]
	 * : Delete files that the backup does not have.
	 *
	 * [--search-replace=<old,new>]
	 * : Replace a text in the database, also in serialized values. May be repeated.
	 *
	 * [--identity=<file>]
	 * : File with the secret key that opens sealed backups. May be repeated.
	 *
	 * [--dry-run]
	 * : List what would be done. Change nothing.
	 *
	 * [--confirm]
	 * : Remove what earlier restores have kept from before. Nothing is restored.
	 *
	 * [--undo]
	 * : Put back what the latest restore has replaced. Nothing is restored.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway restore`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway restore --from=/var/backups/wp --latest --site=example.com --overwrite=if-changed --dry-run
	 *
	 *     # Only the files, into a new folder
	 *     $ wp oneway restore --from='s3://vault?profile=restore' --latest --site=example.com --only=files --to=copy
	 *
	 *     # The database, for a site with another address
	 *     $ wp oneway restore --from=/var/backups/wp --latest --site=example.com --only=db --db-defaults-file=new.cnf --search-replace=https://example.com,https://new.example
	 *
	 * @when before_wp_load
	 */
	public function restore( $args, $assoc_args ) {
		$this->run( 'restore', $args, WP_Oneway_Site::target( $assoc_args ) );
	}
}
