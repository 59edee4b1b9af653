<?php
return (static function (): array {
	$x = require __DIR__ . '/base.php';
	$x['DB_PASSWORD'] .= '-prod';
	unset($x['prefix']);
	return $x;
})();
