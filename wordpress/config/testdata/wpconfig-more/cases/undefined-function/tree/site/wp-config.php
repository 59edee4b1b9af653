<?php
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'WP_HOME', untrailingslashit( 'http://x/' ) );
require_once ABSPATH . 'wp-settings.php';
