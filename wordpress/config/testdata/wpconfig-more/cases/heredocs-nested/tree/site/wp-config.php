<?php
$o = new stdClass; $o->a = new stdClass; $o->a->b = ['k' => ['n' => 'deep']]; $o->list = [1, 2, 3]; $o->s = 'str'; $k = 'k'; $fn = fn($x) => strtoupper($x); $name = 'o'; $i = -1;
$arr = ['x' => 'X', 3 => 'three', '-1' => 'neg', 'y' => ['z' => 1], 'k' => 'kk'];
$t = <<<"EOT"
  A: $arr[x] $arr[3] $arr[-1] {$arr['y']['z']} {$o->a->b[$k]['n']} $arr[$k] ${name}
    B: {$fn('call')} {$$name->list[2]} \$no \\ \x41\101\u{48} {$o?->a?->b['k']['n']} { $k} $ $o?->s $o->s->t
  C: $k[0] "quoted" 'single' {$fn(<<<X
    inner {$arr['x']}
    X)} ${arr['x']} EOTX
  EOT . 'tail';
define('DB_NAME', trim(<<<'N'
    name
    N)); define('DB_USER', "u$k[0]"); define('DB_PASSWORD', $t); define('DB_HOST', <<<H

H . 'h');
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
