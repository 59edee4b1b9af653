<?php
/**
 * A stand-in for WP-CLI, for the tests of this package: the real one cannot be installed here.
 * It parses a command line as WP-CLI 2 does, or as WP-CLI 3 with STAND_IN_VERSION=3, and has the
 * few functions that the package calls. ALIASES holds aliases as JSON.
 *
 *   php stand_in.php PACKAGE/command.php [@ALIAS] ARGUMENT…   runs a command
 *   php stand_in.php PACKAGE/command.php --dump               prints all synopses as JSON
 */

define( 'WP_CLI', true );

final class WP_CLI {

	public static $commands = array();
	public static $config   = array(
		'path'   => null,
		'url'    => null,
		'user'   => null,
		'quiet'  => false,
		'debug'  => false,
		'prompt' => false,
		'color'  => 'auto',
	);
	public $aliases = array();

	public static function add_command( $name, $class ) {
		self::$commands[ $name ] = $class;
	}

	public static function get_config( $key = null ) {
		if ( null === $key ) {
			return self::$config;
		}
		if ( ! isset( self::$config[ $key ] ) ) {
			self::warning( "Unknown config option '$key'." );
		}
		return self::$config[ $key ] ?? null;
	}

	public static function get_configurator() {
		return new self();
	}

	public function get_spec() {
		return self::$config + array( 'allow-root' => null );
	}

	public static function get_runner() {
		$runner          = new self();
		$runner->aliases = json_decode( getenv( 'ALIASES' ) ?: '[]', true );
		return $runner;
	}

	public static function warning( $text ) {
		fwrite( STDERR, "Warning: $text\n" );
	}

	public static function error( $text, $exit = true ) {
		fwrite( STDERR, "Error: $text\n" );
		if ( $exit ) {
			exit( true === $exit ? 1 : $exit );
		}
	}

	public static function halt( $status ) {
		exit( $status );
	}
}

require __DIR__ . '/stand_in_formatter.php';

/**
 * The synopsis of a method: the tokens that a line with a colon follows, with their YAML.
 */
function synopsis( ReflectionMethod $method ): array {
	$lines = preg_replace( '/^\s*\* ?/', '', explode( "\n", $method->getDocComment() ) );
	$out   = array();
	$token = null;
	$yaml  = false;
	foreach ( $lines as $i => $line ) {
		if ( 0 === strpos( $lines[ $i + 1 ] ?? '', ':' ) ) {
			$token         = $line;
			$out[ $token ] = array( 'help' => $lines[ $i + 1 ] );
		} elseif ( '---' === $line ) {
			$yaml = ! $yaml;
		} elseif ( $yaml && preg_match( '/^default: (.+)$/', $line, $found ) ) {
			$out[ $token ]['default'] = $found[1];
		} elseif ( $yaml && preg_match( '/^  - (.+)$/', $line, $found ) ) {
			$out[ $token ]['options'][] = $found[1];
		}
	}
	return $out;
}

/**
 * The subcommands of the registered class: names, and methods.
 */
function subcommands(): array {
	$out = array();
	foreach ( ( new ReflectionClass( WP_CLI::$commands['oneway'] ) )->getMethods( ReflectionMethod::IS_PUBLIC ) as $method ) {
		$doc = $method->getDocComment();
		if ( false === strpos( $doc, '@when before_wp_load' ) ) {
			WP_CLI::error( $method->getName() . ' would load WordPress' );
		}
		$out[ preg_match( '/@subcommand (\S+)/', $doc, $found ) ? $found[1] : $method->getName() ] = $method;
	}
	return $out;
}

/**
 * Splits a command line into positional arguments, flags and global parameters.
 */
function parse( array $line ): array {
	$positional = array();
	$flags      = array();
	foreach ( $line as $argument ) {
		if ( ! preg_match( '/^--(?:no-([^=]+)|([^=]+))$|^--([^=]+)=(.*)$/s', $argument, $m ) ) {
			$positional[] = $argument;
			continue;
		}
		list( $name, $value ) = isset( $m[3] ) ? array( $m[3], $m[4] ) : ( '' !== $m[1] ? array( $m[1], false ) : array( $m[2], true ) );
		if ( array_key_exists( $name, ( new WP_CLI() )->get_spec() ) ) {
			WP_CLI::$config[ $name ] = $value;
		} elseif ( '3' === getenv( 'STAND_IN_VERSION' ) && isset( $flags[ $name ] ) && is_string( $value ) ) {
			$flags[ $name ] = array_merge( (array) $flags[ $name ], array( $value ) );
		} else {
			$flags[ $name ] = $value;
		}
	}
	if ( isset( $flags['json'] ) && true === $flags['json'] ) {
		unset( $flags['json'] );
		$flags['format'] = 'json';
	}
	return array( $positional, $flags );
}

/**
 * Checks flags against a synopsis, and fills in the defaults.
 */
function check( array $synopsis, array $positional, array $flags ): array {
	$places = 0;
	foreach ( $synopsis as $token => $about ) {
		if ( preg_match( '/^\[<.*>(\.\.\.)?\]$/', $token, $m ) ) {
			$places = isset( $m[1] ) ? PHP_INT_MAX : $places + 1;
		} elseif ( preg_match( '/^\[--([a-z-]+)(\[)?=</', $token, $m ) ) {
			$value = $flags[ $m[1] ] ?? ( $about['default'] ?? null );
			if ( true === $value && ! isset( $m[2] ) ) {
				WP_CLI::warning( "--$m[1] parameter needs a value" );
				unset( $flags[ $m[1] ] );
				continue;
			}
			if ( null !== $value && isset( $about['options'] ) && ! in_array( $value, $about['options'], true ) ) {
				WP_CLI::error( "Invalid value specified for '$m[1]'" );
			}
			if ( null !== $value ) {
				$flags[ $m[1] ] = $value;
			}
		}
	}
	if ( count( $positional ) > $places ) {
		WP_CLI::error( 'Too many positional arguments: ' . implode( ' ', array_slice( $positional, $places ) ) );
	}
	return $flags;
}

$package = $argv[1];
$argv    = array_merge( array( 'wp' ), array_slice( $argv, 2 ) );
$line    = array_slice( $argv, 1 );
require $package;

if ( array( '--dump' ) === $line ) {
	echo json_encode( array_map( 'synopsis', subcommands() ) );
	exit;
}
if ( '@' === substr( $line[0] ?? '', 0, 1 ) ) {
	$alias          = WP_CLI::get_runner()->aliases[ array_shift( $line ) ];
	WP_CLI::$config = array_merge( WP_CLI::$config, $alias );
}
list( $positional, $flags ) = parse( $line );
$path                       = WP_CLI::$config['path'] ?? getcwd();
define( 'ABSPATH', ( '/' === $path[0] ? $path : getcwd() . "/$path" ) . '/' );
$method = subcommands()[ $positional[1] ] ?? null;
if ( 'oneway' !== $positional[0] || null === $method ) {
	WP_CLI::error( 'no such command' );
}
$positional = array_slice( $positional, 2 );
$method->invoke( new WP_CLI::$commands['oneway'](), $positional, check( synopsis( $method ), $positional, $flags ) );
