<?php
$debian_server = preg_replace('/:.*/', "", $_SERVER['HTTP_HOST']);
$debian_server = preg_replace("/[^a-zA-Z0-9.\-]/", "", $debian_server);
$debian_file = '@@TREE@@/etc/wordpress/config-'.strtolower($debian_server).'.php';
if (file_exists($debian_file)) {
    require_once($debian_file);
} else {
    require_once("@@TREE@@/etc/wordpress/config-default.php");
}
$table_prefix = 'wp_';
require_once(ABSPATH . 'wp-settings.php');
?>
