<?php

/**
 * The subcommands of `wp oneway` that read stored backups.
 */
trait WP_Oneway_Reading_Back {

	/**
	 * Lists the backups in a sink, with a credential that may read.
	 *
	 * The credential of a host can only add backups, so this command needs another one.
	 *
	 * ## OPTIONS
	 *
	 * [<site>]
	 * : Only backups of the site with this name.
	 *
	 * [--from=<url>]
	 * : URL of the sink that contains the backups.
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
	 * : Only backups of this duration before now, such as 36h or 7d, or since a date such as 2026-11-23.
	 *
	 * [--latest]
	 * : Only the newest backup of each site and kind that can be restored.
	 *
	 * [--incomplete]
	 * : Also list runs without a manifest: they are in progress, or failed.
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
	 * Checks that stored backups are unchanged and can be opened.
	 *
	 * ## OPTIONS
	 *
	 * [<run>...]
	 * : Names of runs, as `wp oneway list --format=ids` prints them.
	 *
	 * [--from=<url>]
	 * : URL of the sink that contains the backups, with a credential that may list and read.
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
	 * : Compare only the sizes and checksums that the store reports. Download nothing.
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
	 * Without --to, the files go to the site at --path. If the folder is not empty, --overwrite is required. The restored site is put into use only after everything was read and checked.
	 *
	 * ## OPTIONS
	 *
	 * [<run>]
	 * : The run to restore, as `wp oneway list --format=ids` prints it.
	 *
	 * [--from=<url>]
	 * : URL of the sink that contains the backups, with a credential that may list and read.
	 *
	 * [--latest]
	 * : The newest run of --site that can be restored.
	 *
	 * [--site=<name>]
	 * : The name of the site in the sink.
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
	 * : Which existing files are replaced. Required if the folder is not empty.
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
	 * : Replace the text OLD with NEW in the database, also in serialized values. May be repeated.
	 *
	 * [--identity=<file>]
	 * : File with the secret key that opens sealed backups. May be repeated.
	 *
	 * [--dry-run]
	 * : List what would be done. Change nothing.
	 *
	 * [--confirm]
	 * : Remove the old files or tables that earlier restores have kept. Restore nothing.
	 *
	 * [--undo]
	 * : Put back the old files or tables that the latest restore has replaced. Restore nothing.
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
	 *     # The database only, for a site with another address
	 *     $ wp oneway restore --from=/var/backups/wp --latest --site=example.com --only=db --db-defaults-file=new.cnf --search-replace=https://example.com,https://new.example
	 *
	 * @when before_wp_load
	 */
	public function restore( $args, $assoc_args ) {
		$this->run( 'restore', $args, WP_Oneway_Site::target( $assoc_args ) );
	}
}
