<?php
$debian_server = preg_replace('/:.*/', "", $_SERVER['HTTP_HOST']);
$debian_server = preg_replace("/[^a-zA-Z0-9.\-]/", "", $debian_server);
if (isset($_SERVER['WORDPRESS_CONFIG'])
    && preg_match("/^[a-zA-Z0-9-]+$/", $_SERVER['WORDPRESS_CONFIG'])) {
    $debian_file = '@@TREE@@/etc/wordpress/config-'.$_SERVER['WORDPRESS_CONFIG'].'.php';
} else {
    $debian_file = '@@TREE@@/etc/wordpress/config-'.strtolower($debian_server).'.php';
}
$debian_main_server = preg_replace("/^[^.]*\./", "", $debian_server);
$debian_main_file = '@@TREE@@/etc/wordpress/config-'.strtolower($debian_main_server).'.php';
if (file_exists($debian_file)) {
    require_once($debian_file);
    define('DEBIAN_FILE', $debian_file);
} elseif (file_exists($debian_main_file)) {
    require_once($debian_main_file);
    define('DEBIAN_FILE', $debian_main_file);
} elseif (file_exists("@@TREE@@/etc/wordpress/config-default.php")) {
    require_once("@@TREE@@/etc/wordpress/config-default.php");
    define('DEBIAN_FILE', "@@TREE@@/etc/wordpress/config-default.php");
} else {
    header("HTTP/1.0 404 Not Found");
    echo "Neither <b>$debian_file</b> nor <b>$debian_main_file</b> could be found. <br/> Ensure one of them exists, is readable by the webserver and contains the right password/username.";
    exit(1);
}
if (!defined('ABSPATH'))
    define('ABSPATH', '@@TREE@@/usr/share/wordpress/');
if (!defined('DB_NAME'))
    define('DB_NAME', 'wordpress');
if (!defined('DB_USER'))
    define('DB_USER', 'wordpress');
if (!defined('DB_HOST'))
    define('DB_HOST', 'localhost');
if (!defined('WP_CONTENT_DIR') && !defined('DONT_SET_WP_CONTENT_DIR'))
    define('WP_CONTENT_DIR', '@@TREE@@/var/lib/wordpress/wp-content');
if (!isset($table_prefix)) {
    $table_prefix = 'wp_';
}
if (isset($_SERVER['HTTP_X_FORWARDED_PROTO']) && $_SERVER['HTTP_X_FORWARDED_PROTO'] == 'https')
    $_SERVER['HTTPS'] = 'on';
require_once(ABSPATH . 'wp-settings.php');
?>
