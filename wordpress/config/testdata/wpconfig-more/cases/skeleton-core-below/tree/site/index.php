<?php define('WP_USE_THEMES', true); require( './wp/wp-blog-header.php' );
