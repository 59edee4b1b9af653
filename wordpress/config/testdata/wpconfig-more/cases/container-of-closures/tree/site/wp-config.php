<?php
class Container implements ArrayAccess {
	private array $made = array();
	private array $makers = array();
	private string $secret = 'p@ss:w0rd';

	public function set( string $id, Closure $maker ): static {
		$this->makers[ $id ] = Closure::bind( $maker, $this, self::class );
		return $this;
	}

	public function __get( string $id ): mixed {
		return $this->made[ $id ] ??= ( $this->makers[ $id ] ?? throw new OutOfBoundsException( $id ) )();
	}

	public function __isset( string $id ): bool {
		return isset( $this->makers[ $id ] );
	}

	public function offsetExists( mixed $id ): bool {
		return isset( $this->$id );
	}

	public function offsetGet( mixed $id ): mixed {
		return $this->$id;
	}

	public function offsetSet( mixed $id, mixed $maker ): void {
		$this->set( $id, $maker );
	}

	public function offsetUnset( mixed $id ): void {
		unset( $this->makers[ $id ], $this->made[ $id ] );
	}
}

class_alias( Container::class, 'App\Container' );
$app = new App\Container();
$app['sites'] = fn() => json_decode( '{"blue": {"0": "db_blue", "user": "u_blue"}, "green": {"0": "db_green", "user": "u_green"}}' );
$app['site'] = fn() => $this->sites->{getenv( 'SITE_KEY' )};
$app['password'] = function () {
	return strrev( $this->secret );
};
$reveal = function ( string $suffix ) {
	return $this->secret . $suffix;
};
define( 'DB_NAME', $app->site->{'0'} );
define( 'DB_USER', $app['site']->user );
define( 'DB_PASSWORD', isset( $app['password'] ) ? $app->password : $reveal->call( $app, '!' ) );
define( 'DB_HOST', $reveal->call( $app, '' ) === 'p@ss:w0rd' ? 'bound.db' : 'localhost' );
$table_prefix = 'wp_';
define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
