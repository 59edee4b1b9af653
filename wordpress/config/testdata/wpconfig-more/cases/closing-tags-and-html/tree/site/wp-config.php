<?php // define( 'DB_NAME', 'c1' ); ?> <?php /* ?> <?php define( 'DB_NAME', 'c2' ); */
$a = '?>' . "?>"; # define( 'DB_USER', 'c3' ); ?>
define( 'DB_USER', 'html' );
<?php if ( strlen( $a ) === 4 ): ?>
 <p><?= 'x' ?></p>
<?php define( 'DB_NAME', 'n' ); else: define( 'DB_NAME', 'm' ) ?>
<?php endif ?>
<? define( 'DB_NAME', 'short' ); define( 'DB_USER', 'short' ); ?>
<?php
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', $a );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
