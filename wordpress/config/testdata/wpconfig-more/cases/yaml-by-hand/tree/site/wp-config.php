<?php
class MiniYaml {
	private array $out = []; private array $stack = [];
	public static function file(string $f): array { return (new self)->parse(file($f, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES)); }
	private function parse(array $lines): array {
		foreach ($lines as $n => $line) {
			if (preg_match('/^\s*(#|$)/', $line)) continue;
			$indent = strspn($line, ' '); $line = trim($line);
			while ($this->stack && end($this->stack)[0] >= $indent) array_pop($this->stack);
			$node = &$this->out;
			foreach ($this->stack as [$_, $k]) $node = &$node[$k];
			if ($line[0] === '-') { $node[] = $this->scalar(substr($line, 2)); continue; }
			[$k, $v] = explode(':', $line, 2);
			if (trim($v) === '') { $node[$k] = []; $this->stack[] = [$indent, $k]; } else { $node[$k] = $this->scalar($v); }
			unset($node);
		}
		return $this->out;
	}
	private function scalar(string $v): mixed { $v = trim($v); return match (true) { $v === 'true' => true, $v === '~' => null, is_numeric($v) => $v + 0, strlen($v) > 1 && in_array($v[0], ['"', "'"], true) && $v[0] === $v[-1] => substr($v, 1, -1), default => $v }; }
}
$c = MiniYaml::file(__DIR__ . '/db.yml')[getenv('WP_ENV') ?: 'production'];
define('DB_NAME', $c['database']); define('DB_USER', $c['username']); define('DB_PASSWORD', $c['password']); define('DB_HOST', $c['hosts'][1] ?? 'localhost');
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
