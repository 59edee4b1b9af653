<?php
// What a site's vendor folder would load, for the oracle: the real phpdotenv, and
// Env and Config as their documentation says they behave.

namespace Env {
	class Env {
		const CONVERT_BOOL     = 1;
		const CONVERT_NULL     = 2;
		const CONVERT_INT      = 4;
		const STRIP_QUOTES     = 8;
		const USE_ENV_ARRAY    = 16;
		const LOCAL_FIRST      = 32;
		const USE_SERVER_ARRAY = 64;

		public static $options = 15;
		public static $default = null;

		public static function get( string $name ) {
			$from = getenv( $name );
			if ( self::$options & self::USE_ENV_ARRAY ) {
				$from = $_ENV[ $name ] ?? false;
			} elseif ( self::$options & self::USE_SERVER_ARRAY ) {
				$from = $_SERVER[ $name ] ?? false;
			}
			return $from === false ? self::$default : self::convert( $from );
		}

		public static function convert( string $text, int $options = null ) {
			$has  = fn( $flag ) => ( ( $options ?? self::$options ) & $flag ) !== 0;
			$word = array( 'true' => array( self::CONVERT_BOOL, true ), 'false' => array( self::CONVERT_BOOL, false ), 'null' => array( self::CONVERT_NULL, null ) );
			if ( isset( $word[ strtolower( $text ) ] ) ) {
				[ $flag, $value ] = $word[ strtolower( $text ) ];
				return $has( $flag ) ? $value : $text;
			}
			if ( $has( self::CONVERT_INT ) && preg_match( '/\A[0-9]+\z/', $text ) ) {
				return intval( $text );
			}
			$ends = $text === '' || $text === '0' ? '' : $text[0] . $text[ strlen( $text ) - 1 ];
			return $has( self::STRIP_QUOTES ) && ( $ends === '""' || $ends === "''" ) ? substr( $text, 1, -1 ) : $text;
		}
	}

	function env( string $name ) {
		return Env::get( $name );
	}
}

namespace Roots\WPConfig {
	class Config {
		private static $map = array();

		public static function define( string $name, $value ): void {
			if ( defined( $name ) ) {
				throw new Exceptions\ConstantAlreadyDefinedException( $name );
			}
			self::$map[ $name ] = $value;
		}

		public static function get( string $name, $otherwise = null ) {
			if ( array_key_exists( $name, self::$map ) ) {
				return self::$map[ $name ];
			}
			if ( empty( $otherwise ) ) {
				throw new Exceptions\UndefinedConfigKeyException( $name );
			}
			return $otherwise;
		}

		public static function remove( string $name ): void {
			unset( self::$map[ $name ] );
		}

		public static function apply(): void {
			foreach ( self::$map as $name => $value ) {
				if ( defined( $name ) && constant( $name ) !== $value ) {
					throw new Exceptions\ConstantAlreadyDefinedException( $name );
				}
			}
			foreach ( self::$map as $name => $value ) {
				defined( $name ) || define( $name, $value );
			}
		}
	}
}

namespace Roots\WPConfig\Exceptions {
	class ConstantAlreadyDefinedException extends \RuntimeException {}
	class UndefinedConfigKeyException extends \RuntimeException {}
}

namespace {
	foreach ( array( 'PhpOption', 'GrahamCampbell/ResultType', 'Dotenv' ) as $library ) {
		require_once $library . '/autoload.php';
	}
	return true;
}
