<?php
$tpl = 'DB_NAME={{ name | upper }};DB_USER={{user}};DB_PASSWORD={{ pass|b64 }};DB_HOST={{host}}';
$vals = ['name' => 'shop', 'user' => 'me', 'pass' => 'c2VjcmV0', 'host' => 'localhost'];
$filters = ['upper' => 'strtoupper', 'b64' => 'base64_decode'];
$out = preg_replace_callback('/\{\{\s*(\w+)(?:\s*\|\s*(?P<filter>\w+))?\s*\}\}/', function (array $m) use ($vals, &$filters): string {
	static $n = 0; $n++;
	$v = $vals[$m[1]] ?? '';
	return isset($m['filter']) ? $filters[$m['filter']]($v) . $n : $v;
}, $tpl, -1, $count);
preg_match_all('/(?<k>[A-Z_]+)=(?<v>[^;]*)/', $out, $all, PREG_SET_ORDER);
array_walk($all, function ($r, $i, $sfx) { define($r['k'], $r['v'] . ($i === 0 ? $sfx : '')); }, "_$count");
$table_prefix = preg_replace(['/a/', '/b(.)/e' === 1 ? '' : '/b(.)/'], ['b', '<$1\1${1}>'], 'abc_') . implode('', preg_split('/(?<=[a-z])(?=[A-Z])|_/', 'wpTable_Prefix', -1, PREG_SPLIT_NO_EMPTY)) . preg_quote('a.b*c?') . implode(preg_grep('/^\d+$/', ['1', 'a', '22'], PREG_GREP_INVERT));
require ABSPATH . 'wp-settings.php';
