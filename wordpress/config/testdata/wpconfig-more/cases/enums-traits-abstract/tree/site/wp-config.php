<?php
enum Stage: string {
	case Dev = 'development'; case Staging = 'staging'; case Prod = 'production';
	const DEFAULT = self::Prod;
	public static function current(): self { return self::tryFrom((string) getenv('WP_ENV')) ?? self::DEFAULT; }
	public function db(): string { return match ($this) { self::Dev => 'wp_dev', self::Staging, self::Prod => 'wp_' . lcfirst($this->name) }; }
	public static function names(): array { return array_column(self::cases(), 'value', 'name'); }
}
interface HasCreds { const SEP = '-'; public function pass(): string; }
abstract class Base implements HasCreds { public function __construct(protected readonly Stage $s, protected array $opts = [1]) {} public function __toString(): string { return static::class . self::SEP . $this->s->value; } }
trait Salted { private static int $n = 0; public function pass(): string { return static::SEP . ++self::$n . strrev($this->s->name); } abstract function x(); }
final class Creds extends Base { use Salted { pass as protected realPass; } public function pass(): string { return $this->realPass() . $this->realPass(); } function x() {} }
$c = new Creds(Stage::current());
define('DB_NAME', Stage::current()->db());
define('DB_USER', "$c");
define('DB_PASSWORD', $c->pass() . $c->pass());
define('DB_HOST', Stage::names()['Prod'] . '.local');
$table_prefix = Stage::current() === Stage::Staging ? 'st_' : 'wp_';
require ABSPATH . 'wp-settings.php';
