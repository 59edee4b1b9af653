<?php

/**
 * Converts the flags that WP-CLI has parsed into arguments of the binary.
 */
final class WP_Oneway_Arguments {

	/**
	 * The flags of the binary that can be written without a value. Every other flag needs one.
	 */
	private const WITHOUT_VALUE = array(
		'all',
		'allow-privileged-account',
		'collation-fallback',
		'confirm',
		'delete',
		'drop-old',
		'dry-run',
		'in-place',
		'include-guid',
		'incomplete',
		'intrusive',
		'json',
		'latest',
		'no-backup',
		'no-default-excludes',
		'no-encryption',
		'no-env',
		'no-schedule',
		'no-transients',
		'no-uploads',
		'numeric-owner',
		'prefix-only',
		'preserve-setuid',
		'quick',
		'require-one-way',
		'show-secrets',
		'skip-definer',
		'strict',
		'undo',
		'use-target-config',
		'wait',
		'with-core',
		'with-php',
		'yes',
	);

	/**
	 * The arguments for flags as WP-CLI gives them: a value, a list of values, true for --NAME
	 * and false for --no-NAME.
	 *
	 * @param array<string, mixed> $flags Flags by name.
	 * @return string[]
	 */
	public static function of( array $flags ): array {
		$arguments = array();
		foreach ( $flags as $name => $value ) {
			if ( false === $value && in_array( "no-$name", self::WITHOUT_VALUE, true ) ) {
				$name  = "no-$name";
				$value = true;
			}
			if ( is_bool( $value ) ) {
				if ( ! in_array( $name, self::WITHOUT_VALUE, true ) ) {
					self::refuse( $name );
				}
				$value = $value ? 'true' : 'false';
			}
			foreach ( is_array( $value ) ? $value : self::repeated( $name, $value ) as $one ) {
				$arguments[] = "--$name=$one";
			}
		}
		return $arguments;
	}

	/**
	 * Refuses a flag that lacks its value. WP-CLI drops such a flag with a warning, so the backup
	 * would go to another sink, or would not be sealed. WP-CLI turns --json into --format=json.
	 *
	 * @param array<string, mixed> $flags The flags that WP-CLI has kept.
	 */
	public static function check_dropped( array $flags ): void {
		$global = WP_CLI::get_configurator()->get_spec() + array( 'json' => true );
		foreach ( self::command_line() as $argument ) {
			if ( preg_match( '/^--(?:no-)?([^=]+)$/', $argument, $found ) && ! isset( $flags[ $found[1] ] ) && ! isset( $global[ $found[1] ] ) ) {
				self::refuse( $found[1] );
			}
		}
	}

	/**
	 * Refuses a repeated flag for a group of aliases. WP-CLI 2 starts itself for each alias with
	 * only the last value, and a backup would miss a sink. It does so before any command runs.
	 */
	public static function check_group(): void {
		$alias = (string) ( $GLOBALS['argv'][1] ?? '' );
		$group = WP_CLI::get_runner()->aliases[ $alias ] ?? null; // WP-CLI 3, which repeats flags, has names without @
		if ( ! is_string( $group ) && ! isset( $group[0] ) ) {
			return;
		}
		$seen = array();
		foreach ( self::command_line() as $argument ) {
			$name = strstr( $argument, '=', true );
			if ( false !== $name && 0 === strpos( $name, '--' ) && isset( $seen[ $name ] ) ) {
				WP_CLI::error( "WP-CLI 2 passes only the last $name to the sites of $alias; set it in the configuration of wp-oneway, or run wp once for each alias", 2 );
			}
			$seen[ $name ] = true;
		}
	}

	/**
	 * All values of a flag. WP-CLI 2 keeps only the last value of a flag that is repeated, so
	 * they are taken from the command line.
	 *
	 * @return string[]
	 */
	private static function repeated( string $name, string $last ): array {
		$values = array();
		foreach ( self::command_line() as $argument ) {
			if ( 0 === strpos( $argument, "--$name=" ) ) {
				$values[] = substr( $argument, strlen( "--$name=" ) );
			}
		}
		return end( $values ) === $last ? $values : array( $last );
	}

	private static function refuse( string $name ): void {
		WP_CLI::error( "--$name has no value; write --$name=VALUE, with the equals sign", 2 );
	}

	/**
	 * The arguments after `oneway` on the command line. Another command that calls this one has
	 * none.
	 *
	 * @return string[]
	 */
	private static function command_line(): array {
		$line  = array_map( 'strval', $GLOBALS['argv'] ?? array() );
		$begin = array_search( 'oneway', $line, true );
		return false === $begin ? array() : array_slice( $line, $begin + 1 );
	}
}
