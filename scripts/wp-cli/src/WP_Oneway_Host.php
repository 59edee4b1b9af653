<?php

/**
 * The subcommands of `wp oneway` about this host and its sites.
 */
trait WP_Oneway_Host {

	/**
	 * Shows when the site was last backed up.
	 *
	 * Outside of a WordPress site, and with --all, it shows every site of this host.
	 *
	 * ## OPTIONS
	 *
	 * [<site>...]
	 * : Names or paths of sites, instead of the site at --path.
	 *
	 * [--all]
	 * : Every site of this host.
	 *
	 * [--max-age=<age>]
	 * : Act as a plugin of Nagios, with this maximum age of the last backup, such as 26h. It prints one line, and ends with exit status 0, 1, 2 or 3.
	 *
	 * [--history=<site>]
	 * : Draw the sizes and durations of the runs of this site.
	 *
	 * [--format=<format>]
	 * : Print the backups in this format. ids: the names of the sites.
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
	 * : Some of site, path, kind, destination, level, reason, last_success, last_attempt, last_status, error, stored_bytes, duration_seconds, tables, files, warnings, next_run.
	 *
	 * [--field=<field>]
	 * : Print one field of each backup.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway status`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway status
	 *
	 *     # Every site of this host with a problem
	 *     $ wp oneway status --all --format=json | jq '.[] | select(.level != "ok")'
	 *
	 * @when before_wp_load
	 */
	public function status( $args, $assoc_args ) {
		$table = 'table' === ( $assoc_args['format'] ?? '' );
		if ( isset( $assoc_args['history'] ) || ( $table && isset( $assoc_args['max-age'] ) ) ) {
			unset( $assoc_args['format'] ); // these are not tables
		}
		$this->run( 'status', $args, $assoc_args );
	}

	/**
	 * Checks that the credential is one-way, and that the site can be backed up.
	 *
	 * It sends the requests that an attacker would send, with the same credential. The store must deny each of them. Outside of a WordPress site, only the sinks are checked.
	 *
	 * ## OPTIONS
	 *
	 * [--to=<url>]
	 * : The sink to check. Default: the sinks in the configuration. May be repeated.
	 *
	 * [--all]
	 * : Check every site of this host.
	 *
	 * [--intrusive]
	 * : Try to change the settings of the bucket at any store, with invalid values.
	 *
	 * [--format=<format>]
	 * : Print the findings in this format.
	 * ---
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 *   - yaml
	 *   - count
	 * ---
	 *
	 * [--fields=<fields>]
	 * : With --format: some of subject, check, verb, folder, verdict, required, detail, advice.
	 *
	 * [--field=<field>]
	 * : Print one field of each finding.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway doctor`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway doctor --to='s3://vault/{host}?region=eu-central-1'
	 *
	 *     $ wp oneway doctor --all --format=csv --fields=subject,check,verdict
	 *
	 * @when before_wp_load
	 */
	public function doctor( $args, $assoc_args ) {
		$this->run( 'doctor', $args, $assoc_args );
	}

	/**
	 * Prints the settings in the configuration of the site, without running it.
	 *
	 * ## OPTIONS
	 *
	 * [--show-secrets]
	 * : Print the password too.
	 *
	 * [--with-php[=<binary>]]
	 * : Let the host's PHP run a configuration that cannot be read otherwise.
	 *
	 * [--format=<format>]
	 * : Print the settings in this format.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 *   - yaml
	 *   - count
	 * ---
	 *
	 * [--fields=<fields>]
	 * : Some of name, value.
	 *
	 * [--field=<field>]
	 * : Print one field of each setting.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway inspect`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway inspect
	 *
	 *     $ wp oneway inspect --path=/srv/shop/web --format=json
	 *
	 * @when before_wp_load
	 */
	public function inspect( $args, $assoc_args ) {
		$this->run( 'inspect', $args, $assoc_args );
	}

	/**
	 * Lists the WordPress sites of this host.
	 *
	 * ## OPTIONS
	 *
	 * [<root>...]
	 * : Folders, or quoted patterns of folders, to search instead of the usual ones.
	 *
	 * [--format=<format>]
	 * : Print the sites in this format. ids: their paths.
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
	 * : Some of name, path, owner, status, reason, layout, wordpress, multisite, config, database, host.
	 *
	 * [--field=<field>]
	 * : Print one field of each site.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway sites`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway sites
	 *
	 *     # Which version of WordPress does each site have?
	 *     $ wp oneway sites '/srv/www/*' --fields=name,wordpress
	 *
	 * @when before_wp_load
	 */
	public function sites( $args, $assoc_args ) {
		$this->run( 'sites', $args, $assoc_args );
	}

	/**
	 * Asks questions, writes the configuration, and makes a first backup.
	 *
	 * ## OPTIONS
	 *
	 * [<path>...]
	 * : The sites to back up. Without them, and without --all, setup asks.
	 *
	 * [--all]
	 * : Back up all sites of this host, also those that are added later.
	 *
	 * [--to=<url>]
	 * : Where to store the backups.
	 *
	 * [--recipient=<key>]
	 * : Encrypt to this age public key.
	 *
	 * [--no-encryption]
	 * : Do not encrypt.
	 *
	 * [--daily=<time>]
	 * : Back up every day at this time, such as 03:30.
	 *
	 * [--yes]
	 * : Ask nothing. Then --to, and --recipient or --no-encryption, are required, unless the configuration contains them.
	 *
	 * [--<field>=<value>]
	 * : Every other flag of `wp-oneway setup`.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp oneway setup
	 *
	 *     $ wp oneway setup --all --to=/mnt/backups --no-encryption --daily=03:30 --yes
	 *
	 * @when before_wp_load
	 */
	public function setup( $args, $assoc_args ) {
		$this->run( 'setup', $args, $assoc_args );
	}
}
