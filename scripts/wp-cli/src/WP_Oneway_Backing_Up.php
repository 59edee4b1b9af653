<?php

/**
 * The subcommands of `wp oneway` that back up.
 */
trait WP_Oneway_Backing_Up {

	/**
	 * Backs up the database and the files of the site.
	 *
	 * Both are compressed, sealed (encrypted) if there is a recipient, and sent to every sink, without temporary copies. A sink is a folder or a bucket. Without --to, the backup goes to the sinks in the configuration of wp-oneway, or to ~/backups if there are none.
	 *
	 * Exit status: 0 complete; 3 stored, but part of the site could not be read; 1 failed; 2 wrong usage or configuration; 75 another run of the site holds the lock.
	 *
	 * ## OPTIONS
	 *
	 * [--to=<url>]
	 * : Where to store the backup: a folder, s3://BUCKET/PREFIX?... or gs://BUCKET/PREFIX?...; {host}, {kind}, {site} and {owner} stand for the name of the host, the kind of backup, and the name and owner of the site. May be repeated.
	 *
	 * [--kind=<kind>]
	 * : Kind of backup: the database, the files, or both (full).
	 * ---
	 * options:
	 *   - full
	 *   - db
	 *   - files
	 * ---
	 *
	 * [--all]
	 * : Back up every site of this host, not only the one at --path.
	 *
	 * [--recipient=<key>]
	 * : Seal (encrypt) to this age or SSH public key. May be repeated.
	 *
	 * [--exclude=<pattern>]
	 * : Exclude files that match. May be repeated.
	 *
	 * [--no-uploads]
	 * : Exclude the uploads.
	 *
	 * [--with-core]
	 * : Include the WordPress core.
	 *
	 * [--wait[=<time>]]
	 * : Wait until another run of the same site ends, at most for this time, such as 30m.
	 *
	 * [--require-one-way]
	 * : Refuse sinks that `wp oneway doctor` has not proved one-way in the last 7 days.
	 *
	 * [--dry-run]
	 * : Print what would be backed up. Send nothing.
	 *
	 * [--porcelain]
	 * : Print only the name of each run that was stored.
	 *
	 * [--format=<format>]
	 * : Print the results in this format.
	 * ---
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
	 * : With --format: some of site, path, kind, status, error, run, bytes, warnings, destinations.
	 *
	 * [--field=<field>]
	 * : Print one field of each result.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway backup`; see `wp-oneway backup --help`.
	 *
	 * ## EXAMPLES
	 *
	 *     # Back up this site into a bucket, sealed
	 *     $ wp oneway backup --to='s3://vault/{host}?region=eu-central-1' --recipient=age1...
	 *
	 *     # Back up another site into a folder, and print the name of the run
	 *     $ wp oneway backup --path=/srv/shop/web --to=/var/backups/wp --porcelain
	 *     shop/full-backups/shop-full-2026-11-23_03-00-00Z-k3f9a2xq
	 *
	 * @when before_wp_load
	 */
	public function backup( $args, $assoc_args ) {
		$this->run( 'backup', $args, $assoc_args );
	}

	/**
	 * Backs up the database of the site.
	 *
	 * The same as `wp oneway backup --kind=db`, with the same flags.
	 *
	 * ## OPTIONS
	 *
	 * [--to=<url>]
	 * : Where to store the backup: a folder, s3://BUCKET/PREFIX?... or gs://BUCKET/PREFIX?... May be repeated.
	 *
	 * [--exclude-table=<name>]
	 * : Exclude tables and views of this name or pattern. May be repeated.
	 *
	 * [--no-transients]
	 * : Exclude WordPress transients.
	 *
	 * [--porcelain]
	 * : Print only the name of the run that was stored.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp oneway backup`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway db --to=s3://vault
	 *
	 *     # Without transients, and without the rows of the statistics
	 *     $ wp oneway db --to=/var/backups/wp --no-transients --no-data='wp_statistics_*'
	 *
	 * @when before_wp_load
	 */
	public function db( $args, $assoc_args ) {
		$this->run_kind( 'db', $args, $assoc_args );
	}

	/**
	 * Backs up the files of the site.
	 *
	 * The same as `wp oneway backup --kind=files`, with the same flags.
	 *
	 * ## OPTIONS
	 *
	 * [--to=<url>]
	 * : Where to store the backup: a folder, s3://BUCKET/PREFIX?... or gs://BUCKET/PREFIX?... May be repeated.
	 *
	 * [--exclude=<pattern>]
	 * : Exclude files that match. May be repeated.
	 *
	 * [--no-uploads]
	 * : Exclude the uploads.
	 *
	 * [--with-core]
	 * : Include the WordPress core.
	 *
	 * [--porcelain]
	 * : Print only the name of the run that was stored.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp oneway backup`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway files --to=s3://vault --no-uploads
	 *
	 *     $ wp oneway files --to=/var/backups/wp --exclude='wp-content/exports'
	 *
	 * @when before_wp_load
	 */
	public function files( $args, $assoc_args ) {
		$this->run_kind( 'files', $args, $assoc_args );
	}

	/**
	 * Makes a backup of one kind.
	 */
	private function run_kind( string $kind, array $args, array $assoc_args ): void {
		if ( isset( $assoc_args['kind'] ) ) {
			WP_CLI::error( "--kind is $kind here; use `wp oneway backup --kind=...` for another kind", 2 );
		}
		$this->run( 'backup', $args, array( 'kind' => $kind ) + $assoc_args );
	}
}
