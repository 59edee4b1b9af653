<?php
namespace Acme;

final class Db {
	public const NAME = 'auto';
	private static ?self $one = null;
	private function __construct( private string $user = 'loaded' ) {}
	public static function get(): self {
		return self::$one ??= new self();
	}
	public function __get( $name ) {
		return strtoupper( $name ) . '-' . $this->user;
	}
}
