<?php
// Runs a site's configuration and reports what stands when WordPress would start. The
// job is appended to this file, which deletes itself. From then on, every access to a
// file goes through this class. It answers for wp-settings.php, so that WordPress
// itself never runs. Values are written in hex, because JSON cannot hold every string.
final class WP_Oneway_Ask {
	public $context;

	private $stream;
	private $text = '';
	private $at   = 0;

	private static $job;
	private static $pipe;
	private static $opened   = array();
	private static $reported = false;

	// What a configuration must not use while it is not known.
	private const USES = array(
		'environment' => '/\b(?:apache_)?getenv\b|(?<![A-Za-z0-9])_ENV\b|\bINPUT_(?:ENV|SERVER)\b|\beval\s*\(|(?<![A-Za-z0-9])_SERVER\b(?!\s*\[\s*([\'"])(?:HTTP_\w+|HTTPS|SERVER_(?:NAME|PORT|ADDR|PROTOCOL)|REMOTE_\w+|REQUEST_\w+|QUERY_STRING|DOCUMENT_ROOT|SCRIPT_\w+|PHP_SELF)\1\s*\])/',
		'order'       => '/(?<![A-Za-z0-9])_ENV\b|\bINPUT_ENV\b/',
		'sapi'        => '/\bPHP_SAPI\b|\bphp_sapi_name\b|\bSTDIN\b/',
		'host'        => '/\bHTTP_(?:X_(?:FORWARDED_|ORIGINAL_)?)?HOST\b|\bSERVER_NAME\b/',
	);

	public static function start( array $job ) {
		unlink( __FILE__ );
		self::$job  = $job;
		self::$pipe = fopen( 'php://stderr', 'wb' );
		$_SERVER    = $job['server'] + getenv() + array( 'REQUEST_TIME' => time(), 'REQUEST_TIME_FLOAT' => microtime( true ) );
		$_GET       = $_POST = $_COOKIE = $_REQUEST = $_FILES = array();
		unset( $GLOBALS['argv'], $GLOBALS['argc'] );
		foreach ( $job['constants'] as $name => $value ) {
			define( $name, $value );
		}
		chdir( $job['server']['DOCUMENT_ROOT'] );
		register_shutdown_function( array( __CLASS__, 'stopped' ) );
		self::wrap( true );
		return $job['entry'];
	}

	private static function wrap( bool $on ) {
		if ( $on ) {
			@stream_wrapper_unregister( 'file' );
			stream_wrapper_register( 'file', __CLASS__ );
		} else {
			@stream_wrapper_restore( 'file' );
		}
	}

	// Calls a function with PHP's own access to files.
	private static function plain( callable $function, ...$arguments ) {
		self::wrap( false );
		set_error_handler( static function () {
			return true;
		} );
		try {
			return $function( ...$arguments );
		} finally {
			restore_error_handler();
			self::wrap( true );
		}
	}

	private static function write( array $report ) {
		if ( ! self::$reported && is_resource( self::$pipe ) ) {
			self::$reported = true;
			fwrite( self::$pipe, "\nwp-oneway " . json_encode( $report ) . "\n" );
			fclose( self::$pipe );
		}
	}

	// Reports the constants and variables. It is called in the place of wp-settings.php.
	public static function report( array $local ) {
		$report = array( 'php' => PHP_VERSION, 'sapi' => PHP_SAPI, 'constants' => array(), 'variables' => array(), 'files' => array(), 'uses' => array() );
		foreach ( self::$job['report'] as $name ) {
			if ( defined( $name ) ) {
				$report['constants'][ $name ] = self::value( constant( $name ) );
			}
		}
		foreach ( self::$job['variables'] as $name ) {
			$scopes = strpos( $name, 'wp_oneway_' ) === 0 ? array( $GLOBALS, $local ) : array( $local, $GLOBALS );
			foreach ( $scopes as $scope ) {
				if ( isset( $scope[ $name ] ) ) {
					$report['variables'][ $name ] = self::value( $scope[ $name ] );
					break;
				}
			}
		}
		foreach ( array_keys( self::$opened ) as $path ) {
			$report['files'][] = bin2hex( $path );
		}
		foreach ( get_included_files() as $path ) {
			if ( $path !== __FILE__ ) {
				$report['uses'] += self::uses( $path );
			}
		}
		$report['constants'] = (object) $report['constants'];
		$report['variables'] = (object) $report['variables'];
		$report['uses']      = (object) $report['uses'];
		self::write( $report );
		exit;
	}

	// A scalar as hex; null for what is no string.
	private static function value( $value ) {
		return is_array( $value ) || is_object( $value ) || is_resource( $value ) ? null : bin2hex( (string) $value );
	}

	// Finds what the code of a file uses, comments aside.
	private static function uses( string $path ) {
		$text = self::stub( $path );
		if ( $text !== null ) {
			return array();
		}
		$raw   = (string) self::plain( 'file_get_contents', $path );
		$code  = self::plain( 'php_strip_whitespace', $path );
		$found = array();
		foreach ( self::USES as $what => $pattern ) {
			// Composer writes these files. They only choose where an error message goes.
			if ( $what === 'sapi' && preg_match( '~/vendor/(?:autoload|composer/platform_check)\.php$~', $path ) ) {
				continue;
			}
			if ( $code === '' || $code === false || preg_match( $pattern, $code, $match ) ) {
				$name = trim( $match[0] ?? 'unreadable code', " \t\r\n(" );
				if ( $name !== '' && $name[0] === '_' ) {
					$name = '$' . $name;
				}
				$before         = strstr( $raw, $match[0] ?? ' ', true );
				$found[ $what ] = array( 'name' => bin2hex( $name ), 'file' => bin2hex( $path ), 'line' => $before === false ? 0 : substr_count( $before, "\n" ) + 1 );
			}
			$match = array();
		}
		return $found;
	}

	// Reports why PHP ends before WordPress would start. Messages of exceptions can hold
	// secrets, so that only the class and the name of a missing function are given.
	public static function stopped() {
		$error = error_get_last();
		$fatal = $error && ( $error['type'] & ( E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR ) );
		$text  = '';
		if ( $fatal ) {
			$text = 'a fatal error';
			$known = 'Call to undefined function [\w\\\\]+\(\)|Undefined constant|Allowed memory size|Maximum execution time|Failed opening required';
			if ( preg_match( "/^(?:Uncaught Error: )?($known)/", $error['message'], $match ) ) {
				$text = $match[1];
			} elseif ( preg_match( '/^Uncaught ([\w\\\\]+)/', $error['message'], $match ) ) {
				$text = 'an uncaught ' . $match[1];
			} elseif ( $error['type'] === E_PARSE ) {
				$text = 'a syntax error';
			}
		}
		self::write( self::stop( $text, $fatal ? $error['file'] : '', $fatal ? $error['line'] : 0 ) );
	}

	private static function stop( string $text, string $file, int $line ) {
		return array( 'stopped' => array( 'text' => bin2hex( $text ), 'file' => bin2hex( $file ), 'line' => $line ) );
	}

	// The source that stands for a file, or null.
	private static function stub( string $path ) {
		foreach ( array( $path, (string) self::plain( 'realpath', $path ) ) as $p ) {
			$name = basename( $p );
			if ( isset( self::$job['stubs'][ $name ] ) ) {
				return self::$job['stubs'][ $name ];
			}
		}
		return null;
	}

	// As root, code that anybody else can change is not run.
	private static function safe( string $path ) {
		if ( ! self::$job['root'] ) {
			return true;
		}
		for ( $p = self::plain( 'realpath', $path ); is_string( $p ); $p = dirname( $p ) ) {
			$s = self::plain( 'stat', $p );
			if ( ! $s || $s['uid'] !== 0 || ( $s['mode'] & 0022 ) && ! ( $s['mode'] & 01000 && $s['mode'] & 0040000 ) ) {
				return false;
			}
			if ( $p === dirname( $p ) ) {
				return true;
			}
		}
		return true;
	}

	private static function path( string $path ) {
		return strncasecmp( $path, 'file://', 7 ) === 0 ? substr( $path, 7 ) : $path;
	}

	public function stream_open( $path, $mode, $options, &$opened ) {
		$path    = self::path( $path );
		$include = ( $options & 128 ) !== 0;
		$stub    = $include ? self::stub( $path ) : null;
		if ( $stub !== null ) {
			$this->text = $stub;
			return true;
		}
		if ( $include && ! self::safe( $path ) ) {
			self::write( self::stop( 'root does not run code that others can change', $path, 0 ) );
			exit;
		}
		$this->stream = $this->context ? self::plain( 'fopen', $path, $mode, (bool) ( $options & STREAM_USE_PATH ), $this->context )
			: self::plain( 'fopen', $path, $mode, (bool) ( $options & STREAM_USE_PATH ) );
		if ( ! $this->stream ) {
			return false; // PHP itself says so
		}
		$real = self::plain( 'realpath', $path );
		if ( is_string( $real ) ) {
			$opened = $real;
			if ( strpbrk( $mode, 'waxc+' ) === false && count( self::$opened ) < 2000 && self::plain( 'is_file', $real ) ) {
				self::$opened[ $real ] = true;
			}
		}
		return true;
	}

	public function stream_read( $count ) {
		if ( $this->stream ) {
			return fread( $this->stream, $count );
		}
		$part      = (string) substr( $this->text, $this->at, $count );
		$this->at += strlen( $part );
		return $part;
	}

	public function stream_eof() {
		return $this->stream ? feof( $this->stream ) : $this->at >= strlen( $this->text );
	}

	public function stream_stat() {
		return $this->stream ? fstat( $this->stream ) : array( 'mode' => 0100444, 'size' => strlen( $this->text ) );
	}

	public function stream_write( $data ) {
		return fwrite( $this->stream, $data );
	}

	public function stream_seek( $offset, $whence = SEEK_SET ) {
		return $this->stream && fseek( $this->stream, $offset, $whence ) === 0;
	}

	public function stream_tell() {
		return $this->stream ? ftell( $this->stream ) : $this->at;
	}

	public function stream_flush() {
		return $this->stream ? fflush( $this->stream ) : true;
	}

	public function stream_close() {
		if ( is_resource( $this->stream ) ) {
			fclose( $this->stream );
		}
	}

	public function stream_lock( $operation ) {
		return $this->stream && flock( $this->stream, $operation ?: LOCK_SH );
	}

	public function stream_truncate( $size ) {
		return ftruncate( $this->stream, $size );
	}

	public function stream_set_option( $option, $first, $second ) {
		return false;
	}

	public function stream_cast( $as ) {
		return $this->stream ?: false;
	}

	public function stream_metadata( $path, $option, $value ) {
		$path = self::path( $path );
		switch ( $option ) {
			case STREAM_META_TOUCH:
				return self::plain( 'touch', $path, ...$value );
			case STREAM_META_ACCESS:
				return self::plain( 'chmod', $path, $value );
			case STREAM_META_OWNER:
			case STREAM_META_OWNER_NAME:
				return self::plain( 'chown', $path, $value );
		}
		return self::plain( 'chgrp', $path, $value );
	}

	public function url_stat( $path, $flags ) {
		return self::plain( $flags & STREAM_URL_STAT_LINK ? 'lstat' : 'stat', self::path( $path ) );
	}

	public function unlink( $path ) {
		return self::plain( 'unlink', self::path( $path ) );
	}

	public function rename( $from, $to ) {
		return self::plain( 'rename', self::path( $from ), self::path( $to ) );
	}

	public function mkdir( $path, $mode, $options ) {
		return self::plain( 'mkdir', self::path( $path ), $mode, (bool) ( $options & STREAM_MKDIR_RECURSIVE ) );
	}

	public function rmdir( $path, $options ) {
		return self::plain( 'rmdir', self::path( $path ) );
	}

	public function dir_opendir( $path, $options ) {
		$this->stream = self::plain( 'opendir', self::path( $path ) );
		return (bool) $this->stream;
	}

	public function dir_readdir() {
		return readdir( $this->stream );
	}

	public function dir_rewinddir() {
		rewinddir( $this->stream );
		return true;
	}

	public function dir_closedir() {
		closedir( $this->stream );
		return true;
	}
}
