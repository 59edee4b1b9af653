<?php
class Server {
	public static int $port = 3306;
	public ?string $name = null;
	private bool $tls = false;

	public function __construct( int|string $name, int|float ...$parts ) {
		$this->name = $name . '_' . implode( separator: '.', array: $parts );
	}

	public function tls( bool $on ): static {
		$this->tls = $on;
		return $this;
	}

	public function user(): string {
		return $this->tls;
	}
}

function port( int $port ): string {
	return $port + 1;
}

Server::$port = getenv( 'DB_PORT' );
$server = ( new Server( true, '1e1', '5', 2.0 ) )->tls( getenv( 'DB_TLS' ) );
define( 'DB_NAME', $server->name );
define( 'DB_USER', 'user' . $server->user() . gettype( Server::$port ) );
define( 'DB_PASSWORD', str_pad( string: 'x', length: 5, pad_type: STR_PAD_BOTH, pad_string: '-' ) . json_encode( explode( ',', 'a,b,c', limit: -1 ) ) );
define( 'DB_HOST', 'db:' . port( Server::$port ) );
$table_prefix = 'wp_';
define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
