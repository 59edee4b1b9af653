<?php
/**
 * Installs WordPress into the database its wp-config.php names.
 *
 * Reads its options as JSON from standard input: root, url, title, user,
 * password, email, plugin, theme.
 */

$o = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);

$_SERVER['HTTP_HOST']       = parse_url($o['url'], PHP_URL_HOST);
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
define('WP_INSTALLING', true);
define('WP_SITEURL', $o['url']);

// WordPress would mail the new administrator; it lets us replace that.
function wp_new_blog_notification() {
}

require_once $o['root'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

global $wpdb;
if (!$wpdb->check_connection(false)) {
    fwrite(STDERR, "no database: {$wpdb->last_error}\n");
    exit(1);
}
$made = wp_install($o['title'], $o['user'], $o['email'], true, '', $o['password'], 'en_US');
if (empty($made['user_id']) || $wpdb->last_error !== '') {
    fwrite(STDERR, "wp_install: {$wpdb->last_error}\n");
    exit(1);
}
update_option('home', $o['url']);
switch_theme($o['theme']);
$error = activate_plugin($o['plugin']);
if (is_wp_error($error)) {
    fwrite(STDERR, 'activate plugin: ' . $error->get_error_message() . "\n");
    exit(1);
}
