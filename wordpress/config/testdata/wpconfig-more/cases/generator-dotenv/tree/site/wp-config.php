<?php
enum Stage: string {
	case Production = 'production';
	case Staging = 'staging';

	public static function current(): self {
		return self::tryFrom( strtolower( getenv( 'APP_ENV' ) ?: '' ) ) ?? self::Production;
	}

	public function files(): Generator {
		yield __DIR__ . '/.env';
		yield __DIR__ . '/.env.' . $this->value;
	}
}

function lines( string $file ): iterable {
	if ( ! is_readable( $file ) ) {
		return;
	}
	$handle = fopen( $file, 'r' );
	while ( ( $line = fgets( $handle ) ) !== false ) {
		$line = trim( $line );
		if ( $line === '' || str_starts_with( $line, '#' ) ) {
			continue;
		}
		[ $name, $value ] = explode( '=', $line, 2 );
		yield $name => trim( $value, '"\'' );
	}
	fclose( $handle );
}

class Settings implements IteratorAggregate, Countable {
	private array $all = array();

	public function __construct( iterable ...$sources ) {
		foreach ( $sources as $source ) {
			foreach ( $source as $file ) {
				$this->all = array_replace( $this->all, iterator_to_array( lines( $file ) ) );
			}
		}
	}

	public function getIterator(): Traversable {
		return new ArrayIterator( $this->all );
	}

	public function count(): int {
		return count( $this->all );
	}
}

$settings = new Settings( Stage::current()->files() );
if ( ! count( $settings ) ) {
	exit( 'no settings' );
}
foreach ( $settings as $name => $value ) {
	if ( $name === 'TABLE_PREFIX' ) {
		$table_prefix = $value;
		continue;
	}
	defined( $name ) || define( $name, $value );
}
require_once __DIR__ . '/wp-settings.php';
