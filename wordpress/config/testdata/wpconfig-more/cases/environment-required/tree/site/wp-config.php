<?php
function need(string ...$n): array { $o = []; foreach ($n as $k) { $v = $_ENV[$k] ?? getenv($k); if ($v === false) throw new UnexpectedValueException("missing $k"); $o[] = $v; } return $o; }
try { [$a, $b] = need('DBN', 'DBU'); } catch (LogicException | UnexpectedValueException $e) { [$a, $b] = ['fallback', substr($e->getMessage(), -3)]; error_log($e); } finally { $c = 'fin'; }
define('DB_NAME', $a); define('DB_USER', $b); define('DB_PASSWORD', $c); define('DB_HOST', 'localhost');
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
