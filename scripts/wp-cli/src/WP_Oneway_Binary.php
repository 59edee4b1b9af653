<?php

/**
 * Finds and runs the wp-oneway binary.
 */
final class WP_Oneway_Binary {

	/**
	 * The path of the binary: that of WPO_BIN, or beside command.php, or in PATH.
	 */
	public static function find(): string {
		$chosen = (string) getenv( 'WPO_BIN' );
		if ( '' !== $chosen ) {
			if ( ! self::runs( $chosen ) ) {
				WP_CLI::error( "WPO_BIN is $chosen, which is not a program; set it to the path of wp-oneway, or unset it" );
			}
			return $chosen;
		}
		$folders = array_merge( array( dirname( __DIR__ ) ), explode( PATH_SEPARATOR, (string) getenv( 'PATH' ) ) );
		foreach ( $folders as $folder ) {
			// A relative folder in PATH would let a site decide which program runs.
			if ( '/' === substr( $folder, 0, 1 ) && self::runs( "$folder/wp-oneway" ) ) {
				return "$folder/wp-oneway";
			}
		}
		WP_CLI::error(
			'wp-oneway is not installed: it is neither in PATH nor in ' . dirname( __DIR__ ) .
			'; build it with `scripts/build /usr/local/bin/wp-oneway`, or set WPO_BIN to its path'
		);
	}

	private static function runs( string $path ): bool {
		return is_file( $path ) && is_executable( $path );
	}

	/**
	 * Runs the binary with those arguments, without a shell, on the terminal of WP-CLI.
	 *
	 * @param string[] $arguments Its arguments.
	 * @param bool     $color     Whether it may print colours.
	 * @param bool     $capture   Whether to return what it prints to standard output.
	 * @return array{int, string} Its exit status, or 128 and the number of the signal that ended
	 *                            it; and the output, if it is captured.
	 */
	public static function run( array $arguments, bool $color, bool $capture ): array {
		if ( ! function_exists( 'proc_open' ) || ! function_exists( 'proc_get_status' ) ) {
			WP_CLI::error( 'PHP may not start programs; remove proc_open and proc_get_status from disable_functions in php.ini' );
		}
		$environment = $color ? null : array_merge( getenv(), array( 'NO_COLOR' => '1' ) );
		$streams     = array( STDIN, $capture ? array( 'pipe', 'w' ) : STDOUT, STDERR );
		$process     = proc_open( array_merge( array( self::find() ), $arguments ), $streams, $pipes, null, $environment );
		if ( ! is_resource( $process ) ) {
			WP_CLI::error( 'wp-oneway could not be started: ' . ( error_get_last()['message'] ?? 'the reason is not known' ) );
		}
		self::catch_signals( $process );
		$output = $capture ? self::read( $pipes[1] ) : '';
		return array( self::wait( $process ), $output );
	}

	/**
	 * Reads a pipe to its end. A signal ends the call that waits, but not a call that reads.
	 *
	 * @param resource $pipe The pipe.
	 */
	private static function read( $pipe ): string {
		$text = '';
		while ( ! feof( $pipe ) ) {
			$ready  = array( $pipe );
			$others = null;
			if ( @stream_select( $ready, $others, $others, 1 ) ) { // warns of a signal
				$text .= fread( $pipe, 65536 );
			}
		}
		fclose( $pipe );
		return $text;
	}

	/**
	 * Lets the binary end itself when a signal comes, so that its exit status is known. The
	 * terminal sends SIGINT and SIGHUP to both processes; SIGTERM may come to WP-CLI alone.
	 *
	 * @param resource $process The binary.
	 */
	private static function catch_signals( $process ): void {
		if ( ! function_exists( 'pcntl_async_signals' ) ) {
			return;
		}
		pcntl_async_signals( true );
		$wait = static function (): void {};
		pcntl_signal( SIGINT, $wait );
		pcntl_signal( SIGHUP, $wait );
		pcntl_signal(
			SIGTERM,
			static function () use ( $process ): void {
				proc_terminate( $process, SIGTERM );
			}
		);
	}

	/**
	 * Waits for the end of the binary. proc_close would wait without handling signals.
	 *
	 * @param resource $process The binary.
	 */
	private static function wait( $process ): int {
		$status = proc_get_status( $process );
		while ( $status['running'] ) {
			usleep( 20000 );
			$status = proc_get_status( $process );
		}
		proc_close( $process );
		return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
	}
}
