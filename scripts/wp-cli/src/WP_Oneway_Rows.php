<?php

/**
 * Turns the JSON of the binary into the rows that WP-CLI formats.
 */
final class WP_Oneway_Rows {

	/**
	 * The fields that are shown without --fields, by command of the binary.
	 */
	private const FIELDS = array(
		'backup'  => array( 'site', 'kind', 'status', 'run', 'bytes' ),
		'doctor'  => array( 'subject', 'check', 'verdict', 'required', 'detail' ),
		'inspect' => array( 'name', 'value' ),
		'list'    => array( 'site', 'kind', 'stored', 'bytes', 'seal', 'status', 'run' ),
		'sites'   => array( 'name', 'path', 'owner', 'status', 'reason' ),
		'status'  => array( 'site', 'kind', 'destination', 'level', 'last_success', 'reason' ),
		'verify'  => array( 'run', 'ok', 'depth', 'objects', 'problems' ),
	);

	/**
	 * The field that --format=ids and --porcelain print, by command of the binary.
	 */
	private const IDS = array(
		'backup' => 'run',
		'list'   => 'run',
		'sites'  => 'path',
		'status' => 'site',
		'verify' => 'run',
	);

	public static function supports( string $command ): bool {
		return isset( self::FIELDS[ $command ] );
	}

	/**
	 * Prints the output of a command as --format, --fields and --field ask for.
	 *
	 * @param string $command  The command of the binary.
	 * @param array  $document Its output.
	 * @param array  $format   Values of format, fields and field, as WP-CLI has them.
	 */
	public static function show( string $command, array $document, array $format ): void {
		$rows = self::of( $command, $document );
		if ( 'ids' === $format['format'] ) {
			$rows = self::ids( $command, $rows );
		} elseif ( in_array( $format['format'], array( 'table', 'csv' ), true ) ) {
			$rows = array_map( array( self::class, 'words' ), $rows );
		}
		$formatter = new WP_CLI\Formatter( $format, self::FIELDS[ $command ] );
		$formatter->display_items( $rows );
	}

	/**
	 * Replaces true and false by words, because a table would show 1 and an empty cell.
	 */
	private static function words( array $row ): array {
		return array_map(
			static function ( $value ) {
				return is_bool( $value ) ? ( $value ? 'true' : 'false' ) : $value;
			},
			$row
		);
	}

	/**
	 * The problems in a document that are not in its rows. The binary prints all others itself.
	 *
	 * @return string[]
	 */
	public static function problems( array $document ): array {
		$problems = array();
		foreach ( $document['missing'] ?? array() as $root ) {
			$problems[] = "search $root: there is no such folder; mount it, or remove it from the roots";
		}
		foreach ( $document['unsearched']['items'] ?? array() as $folder ) {
			$problems[] = "not searched: $folder";
		}
		if ( isset( $document['message'] ) ) {
			$problems[] = $document['message'];
		}
		return $problems;
	}

	/**
	 * The value that identifies each row, without those of rows that have none.
	 *
	 * @return string[]
	 */
	public static function ids( string $command, array $rows ): array {
		return array_values( array_unique( array_filter( array_column( $rows, self::IDS[ $command ] ) ) ) );
	}

	/**
	 * The rows of a document of the binary. Each row has all fields.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	public static function of( string $command, array $document ): array {
		switch ( $command ) {
			case 'backup':
				return array_map( array( self::class, 'backup' ), $document['sites'] ?? array() );
			case 'doctor':
				return self::doctor( $document );
			case 'inspect':
				return isset( $document['message'] ) ? array() : self::inspect( $document );
			case 'sites':
				return array_map( array( self::class, 'site' ), $document['sites'] ?? array() );
			case 'status':
				return self::same_fields( $document['backups'] ?? array(), array( 'site', 'path', 'kind', 'destination', 'level', 'reason', 'last_success', 'last_attempt', 'last_status', 'error', 'stored_bytes', 'duration_seconds', 'tables', 'files', 'warnings', 'next_run' ) );
			case 'verify':
				return self::same_fields( $document['runs'] ?? array(), array( 'run', 'ok', 'depth', 'objects', 'bytes', 'files', 'tables', 'rows', 'problems', 'notes' ) );
			default:
				return self::same_fields( $document['runs'] ?? array(), array( 'run', 'site', 'kind', 'no_uploads', 'started', 'stored', 'bytes', 'status', 'reason', 'seal', 'host', 'agent', 'wordpress' ) );
		}
	}

	/**
	 * Gives each row exactly these fields. A missing value is empty; a list is joined to one text.
	 */
	private static function same_fields( array $rows, array $fields ): array {
		$out = array();
		foreach ( $rows as $row ) {
			$same = array();
			foreach ( $fields as $field ) {
				$value          = $row[ $field ] ?? '';
				$same[ $field ] = is_array( $value ) ? implode( '; ', $value ) : $value;
			}
			$out[] = $same;
		}
		return $out;
	}

	private static function backup( array $site ): array {
		$destinations = $site['destinations'] ?? array();
		$stored       = array_intersect( array( 'ok', 'incomplete' ), array_column( $destinations, 'status' ) );
		return array(
			'site'         => $site['name'] ?? '',
			'path'         => $site['path'] ?? '',
			'kind'         => $site['kind'] ?? '',
			'status'       => $site['status'] ?? '',
			'error'        => $site['error']['message'] ?? '',
			'run'          => array() === $stored ? '' : $site['run'], // without a sink that stored it, there is no backup
			'bytes'        => max( array_merge( array( 0 ), array_column( $destinations, 'bytes' ) ) ),
			'warnings'     => $site['warnings']['total'] ?? 0,
			'destinations' => implode( '; ', array_column( $destinations, 'name' ) ),
		);
	}

	private static function site( array $site ): array {
		return array(
			'name'      => $site['name'] ?? '',
			'path'      => $site['path'] ?? '',
			'owner'     => $site['owner']['name'] ?? ( $site['owner']['uid'] ?? '' ),
			'status'    => $site['status'] ?? '',
			'reason'    => $site['reason'] ?? '',
			'layout'    => $site['layout'] ?? '',
			'wordpress' => $site['wordpress'] ?? '',
			'multisite' => $site['multisite'] ?? false,
			'config'    => $site['config'] ?? '',
			'database'  => $site['database']['name'] ?? '',
			'host'      => $site['http_host'] ?? '',
		);
	}

	private static function doctor( array $document ): array {
		$rows = array();
		foreach ( array( 'sites' => 'path', 'sinks' => 'url' ) as $list => $subject ) {
			foreach ( $document[ $list ] ?? array() as $examined ) {
				foreach ( $examined['rows'] ?? array() as $row ) {
					$rows[] = array( 'subject' => $examined[ $subject ] ?? '' ) + $row;
				}
			}
		}
		return self::same_fields( $rows, array( 'subject', 'check', 'verb', 'folder', 'verdict', 'required', 'detail', 'advice' ) );
	}

	private static function inspect( array $document, string $prefix = '' ): array {
		$rows = array();
		foreach ( $document as $name => $value ) {
			if ( is_array( $value ) ) {
				$rows = array_merge( $rows, self::inspect( $value, "$prefix$name." ) );
			} elseif ( 'ok' !== $name ) {
				$rows[] = array(
					'name'  => $prefix . $name,
					'value' => $value ?? '',
				);
			}
		}
		return $rows;
	}
}
