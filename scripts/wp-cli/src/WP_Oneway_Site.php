<?php

/**
 * The site and the options that WP-CLI has taken from the command line, an alias or wp-cli.yml.
 */
final class WP_Oneway_Site {

	/**
	 * The flags of the binary that correspond to global parameters of WP-CLI.
	 *
	 * @param string $command The command of the binary.
	 * @param array  $flags   The flags that the user gave.
	 * @return string[]
	 */
	public static function flags( string $command, array $flags ): array {
		$out = array();
		if ( self::global( 'quiet' ) ) {
			$out[] = '--quiet';
		} elseif ( self::global( 'debug' ) ) {
			$out[] = '--verbose';
		}
		$url = (string) self::global( 'url' );
		if ( '' !== $url && ! isset( $flags['http-host'] ) && in_array( $command, array( 'backup', 'doctor', 'inspect' ), true ) ) {
			$out[] = self::request( $url );
		}
		return $out;
	}

	/**
	 * The flag for WP-CLI's --url. It may have no scheme, and the path of one site of a
	 * multisite; the binary takes the scheme and the host of a request.
	 */
	private static function request( string $url ): string {
		if ( preg_match( '#^(https?://[^/?\#]+)#i', $url, $found ) ) {
			return '--url=' . $found[1];
		}
		return '--http-host=' . strtok( $url, '/?#' );
	}

	/**
	 * The positional arguments of a command of the binary: those of the user, or else the site.
	 *
	 * @return string[]
	 */
	public static function positional( string $command, array $given, array $flags ): array {
		if ( array() !== $given || isset( $flags['all'] ) ) {
			return $given;
		}
		switch ( $command ) {
			case 'backup':
				return isset( $flags['schedule'] ) ? array() : array( self::root() );
			case 'inspect':
				return array( self::root() );
			case 'doctor':
				return self::here() ? array( self::root() ) : array();
			case 'status':
				return self::here() && ! isset( $flags['history'] ) && ! isset( $flags['file'] ) ? array( self::root() ) : array();
		}
		return array();
	}

	/**
	 * The flags of a restore with the folder to restore to: the site, unless another is given.
	 */
	public static function target( array $flags ): array {
		$files = 'db' !== ( $flags['only'] ?? '' );
		return $files && ! isset( $flags['to'] ) && self::here() ? $flags + array( 'to' => self::root() ) : $flags;
	}

	/**
	 * Whether the user allows colours.
	 */
	public static function color(): bool {
		return false !== self::global( 'color' );
	}

	/**
	 * A global parameter of WP-CLI; null if it is not set.
	 */
	private static function global( string $name ) {
		return WP_CLI::get_config()[ $name ] ?? null;
	}

	/**
	 * Whether a site was chosen, or the working directory belongs to one.
	 */
	private static function here(): bool {
		return self::global( 'path' ) || is_file( ABSPATH . 'wp-load.php' );
	}

	/**
	 * The root of the site. WP-CLI's root is the folder of WordPress core, which may be a
	 * subfolder: then index.php beside that folder loads WordPress, and wp-config.php is there.
	 */
	private static function root(): string {
		if ( ! self::here() ) {
			return (string) getcwd(); // WP-CLI 2.5 takes / for the root if it finds none
		}
		$core  = rtrim( ABSPATH, '/' );
		$above = dirname( $core );
		if ( is_file( "$core/wp-config.php" ) || ! is_file( "$above/wp-config.php" ) || ! is_file( "$above/index.php" ) ) {
			return '' === $core ? '/' : $core;
		}
		$index = (string) file_get_contents( "$above/index.php", false, null, 0, 16384 );
		return false === strpos( $index, '/' . basename( $core ) . '/wp-blog-header.php' ) ? $core : $above;
	}
}
