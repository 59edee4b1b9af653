<?php
define('DB_NAME', 'parent');
define('DB_USER', 'parent');
define('DB_PASSWORD', 'p#rent');
define('DB_HOST', 'db.internal:3310');
define('SUBDOMAIN_INSTALL', true);
define('WP_CONTENT_DIR', '/srv/www/wp-content/example.org');
$table_prefix = 'par_';
