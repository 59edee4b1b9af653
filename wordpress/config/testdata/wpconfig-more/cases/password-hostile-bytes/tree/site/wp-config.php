<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', "\0\x01\177\xff\xfe'\"\\`$ {\${ $ }\u{1F600}\u{E9}\101\8\e[0m%s%n\r\n" . '\'\\\n' . chr( 0xC0 ) . <<<'E'
	?> <?php */ // '
	E );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
