<?php
// stand-in for the front controller
define( 'WP_USE_THEMES', true );
require __DIR__ . '/wordpress/wp-blog-header.php';
