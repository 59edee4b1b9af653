<?php
declare( strict_types=1 );
enum Stage: string {
	case Live = 'live';
	case Dev = 'dev';
	public function db(): string {
		return 'shop_' . $this->value;
	}
}
final class Settings {
	public function __construct( public readonly string $name, private array $more = [], protected ?string $host = null ) {}
	public function host(): string {
		return $this->host ?? $this->more['host'] ?? 'none';
	}
	public function with( string ...$more ): static {
		return new static( $this->name, [ ...$this->more, ...$more ] );
	}
}
function stop(): never {
	throw new LogicException( 'stop' );
}
$s = ( new Settings( name: Stage::from( 'live' )->db(), more: [ 'user' => 'u' ] ) )->with( host: 'db' );
$upper = strtoupper( ... );
define( 'DB_NAME', $s->name );
define( 'DB_USER', $upper( 'u' ) . count( Stage::cases() ) );
define( 'DB_PASSWORD', implode( ',', array_map( static fn( int $x ): int => $x ** 2, [ 1_0, 0b11, 0o17 ] ) ) );
define( 'DB_HOST', $s->host() );
try {
	stop();
} catch ( LogicException ) {
	$table_prefix = Stage::tryFrom( 'none' )?->db() ?? 'wp_';
}
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
