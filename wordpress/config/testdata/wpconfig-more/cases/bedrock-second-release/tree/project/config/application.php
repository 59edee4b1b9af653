<?php
$dotenv = new Dotenv\Dotenv(dirname(__DIR__));
$dotenv->load();
$dotenv->required(['DB_NAME', 'DB_USER'])->notEmpty();
foreach ($dotenv->getEnvironmentVariableNames() as $name) {
    if (!defined($name)) {
        define($name, getenv($name));
    }
}
define('WP_CONTENT_DIR', dirname(__DIR__) . '/web/app');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 's_';
if (!defined('ABSPATH')) {
    define('ABSPATH', dirname(__DIR__) . '/web/wp/');
}
