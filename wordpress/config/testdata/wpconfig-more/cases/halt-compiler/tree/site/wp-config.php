<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
$data = file_get_contents( __FILE__, false, null, __COMPILER_HALT_OFFSET__ );
define( 'DB_PASSWORD', trim( $data ) );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
__HALT_COMPILER();
  <?php define( 'DB_PASSWORD', 'decoy' );
