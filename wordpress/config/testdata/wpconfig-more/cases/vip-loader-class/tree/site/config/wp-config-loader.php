<?php
namespace Automattic\VIP\Config;
const DEFAULTS = [ 'name' => 'vip', 'user' => 'vip_user' ];
final class Loader {
	private static ?self $instance = null;
	private array $values = [];
	private function __construct( private readonly string $dir ) {}
	public static function instance(): static {
		return self::$instance ??= new static( __DIR__ );
	}
	public function load(): static {
		foreach ( [ 'base', \getenv( 'VIP_GO_APP_ENVIRONMENT' ) ?: 'local', 'missing' ] as $file ) {
			$path = \sprintf( '%s/env/%s.php', $this->dir, $file );
			if ( ! \is_file( $path ) ) { continue; }
			$this->values = [ ...$this->values, ...( require $path ) ];
		}
		return $this;
	}
	public function __get( string $k ): mixed { return $this->values[ $k ] ?? DEFAULTS[ \strtolower( \substr( $k, 3 ) ) ] ?? null; }
	public function apply(): void {
		foreach ( [ 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST' ] as $k ) { \define( $k, $this->$k ); }
		$GLOBALS['table_prefix'] = $this->values['prefix'];
	}
}
Loader::instance()->load()->apply();
