<?php
$j = json_decode(file_get_contents(dirname(__DIR__) . '/config.json'), false, 512, JSON_THROW_ON_ERROR);
['name' => $n, 'user' => $u, 'password' => $p] = (array) $j->env->{$j->default}->db;
define('DB_NAME', $n);
define('DB_USER', $u . gettype($j->env->prod->db->port) . $j->env->prod->db->big);
define('DB_PASSWORD', $p);
define('DB_HOST', ($j->env?->prod?->db?->host ?? 'fallback') . ':' . $j->env->prod->db->port);
$table_prefix = $j->nothing?->deep->deeper ?? 'nul_';
require ABSPATH . 'wp-settings.php';
