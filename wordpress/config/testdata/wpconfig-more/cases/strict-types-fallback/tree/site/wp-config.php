<?php
declare(strict_types=1);

function setting( string $name, ?string $otherwise = null ): string {
	try {
		return trim( getenv( $name ) );
	} catch ( TypeError $e ) {
		return $otherwise ?? throw new RuntimeException( $name );
	}
}

final class Port {
	public function __construct( public readonly int $number ) {}

	public static function of( mixed $port ): self {
		try {
			return new self( $port );
		} catch ( TypeError ) {
			return new self( 3307 );
		}
	}
}

try {
	define( 'DB_NAME', str_pad( (string) getenv( 'WP_DB' ), '3', '0' ) );
} catch ( TypeError ) {
	define( 'DB_NAME', 'strict_' . getenv( 'WP_DB' ) );
}
define( 'DB_USER', setting( 'WP_USER', 'fallback_user' ) );
define( 'DB_PASSWORD', implode( '', array_map( 'strtoupper', array( 'a', 1, 2.5 ) ) ) );
define( 'DB_HOST', 'db:' . Port::of( '3308' )->number );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
