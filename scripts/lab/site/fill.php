<?php
/**
 * Fills an installed WordPress with content through WordPress' own functions:
 * users, posts, comments, options, and media of the kinds and sizes that people
 * upload. The same seed gives the same content.
 *
 * Reads its options as JSON from standard input: root, url, seed, known, posts,
 * images.
 */

$o = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);

$_SERVER['HTTP_HOST']       = parse_url($o['url'], PHP_URL_HOST);
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
require_once $o['root'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once ABSPATH . 'wp-admin/includes/media.php';
require_once ABSPATH . 'wp-admin/includes/file.php';

mt_srand($o['seed']);
add_filter('wp_mail', function () { throw new Exception('no mail leaves the lab'); });
add_filter('notify_post_author', '__return_false');
add_filter('notify_moderator', '__return_false');
remove_action('init', 'wp_cron');

const WORDS = ['one', 'way', 'Grüße', 'naïve', 'кошка', '猫', '🦊', "it's", '"quoted"', 'back\\slash',
    '<b>bold</b>', 'a&b', '100%', 'tab	here', '👩‍👩‍👧‍👦', "O\\'Neil", '; DROP', '-- dash', '/* star */', '\\n', '\\0', '$var', '${x}', '`tick`'];

function words(int $n): string {
    $out = [];
    for ($i = 0; $i < $n; $i++) {
        $out[] = WORDS[mt_rand(0, count(WORDS) - 1)];
    }
    return implode(' ', $out);
}

/** Takes what WordPress returned, or ends the fill with its reason. */
function must($what, $got) {
    if (is_wp_error($got)) {
        throw new Exception("$what: " . $got->get_error_message());
    }
    if (!$got) {
        throw new Exception("$what: WordPress refused");
    }
    return $got;
}

/** Bytes that do not compress, as those of photographs and films. */
function noise(int $n): string {
    $out = '';
    for ($i = 0; strlen($out) < $n; $i++) {
        $out .= hash('sha512', mt_rand() . ':' . $i, true);
    }
    return substr($out, 0, $n);
}

/** A picture of shapes, in the format named. */
function picture(string $format, int $w, int $h): string {
    $im = imagecreatetruecolor($w, $h);
    imagesavealpha($im, true);
    for ($i = 0; $i < 1200; $i++) {
        $c = imagecolorallocatealpha($im, mt_rand(0, 255), mt_rand(0, 255), mt_rand(0, 255), mt_rand(0, 100));
        imagefilledellipse($im, mt_rand(0, $w), mt_rand(0, $h), mt_rand(2, 200), mt_rand(2, 200), $c);
    }
    ob_start();
    match ($format) {
        'jpg'  => imagejpeg($im, null, 92),
        'png'  => imagepng($im, null, 3),
        'gif'  => imagegif($im),
        'webp' => imagewebp($im, null, 85),
    };
    return ob_get_clean();
}

function media(string $name, string $bytes, int $parent = 0): int {
    $file = wp_upload_bits($name, null, $bytes);
    if ($file['error']) {
        throw new Exception("upload $name: {$file['error']}");
    }
    $id = must("attach $name", wp_insert_attachment(wp_slash([
        'post_title'     => $name,
        'post_mime_type' => $file['type'],
        'post_status'    => 'inherit',
        'guid'           => $file['url'],
    ]), $file['file'], $parent, true));
    wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $file['file']));
    return $id;
}

$users = [1];
foreach (['editor' => 'Ünal Öz', 'author' => "Seán O'Neil", 'subscriber' => '山田 太郎 🗻'] as $role => $name) {
    $users[] = must("user $role", wp_insert_user(wp_slash([
        'user_login'   => "lab_$role",
        'user_pass'    => "pass-$role-\\'\"",
        'user_email'   => "$role@lab.example",
        'display_name' => $name,
        'role'         => $role,
        'description'  => words(30),
    ])));
}

$posts = [];
for ($i = 0; $i < $o['posts']; $i++) {
    $posts[] = $id = must('post', wp_insert_post(wp_slash([
        'post_title'    => "Post $i " . words(4),
        'post_content'  => "<!-- wp:paragraph -->\n<p>" . words(mt_rand(50, 400)) . "</p>\n<!-- /wp:paragraph -->\r\n" . words(40),
        'post_status'   => ['publish', 'publish', 'draft', 'private'][$i % 4],
        'post_author'   => $users[$i % 3],
        'post_date'     => gmdate('Y-m-d H:i:s', 1600000000 + $i * 86400),
        'post_category' => [1],
        'tags_input'    => ['tag ' . $i % 7, '🏷 ' . $i % 3],
    ]), true));
    add_post_meta($id, 'lab_meta', wp_slash(['n' => $i, 'text' => words(5), 'none' => null, 'float' => 0.1, 'deep' => [[['🦊' => "a\0b"]]]]));
    for ($c = 0; $c < $i % 3; $c++) {
        must('comment', wp_insert_comment(wp_slash([
            'comment_post_ID'      => $id,
            'comment_author'       => words(1),
            'comment_author_email' => 'visitor@lab.example',
            'comment_content'      => words(12),
            'comment_approved'     => 1,
        ])));
    }
}
must('known post', wp_insert_post(wp_slash([
    'post_title'   => $o['known'],
    'post_content' => '<p>' . words(20) . '</p>',
    'post_status'  => 'publish',
    'post_author'  => 1,
]), true));

$tree = new stdClass();
$tree->name = "it's \"serialized\" \\ 🦊";
$tree->children = [true, null, 1.5, -7, ['k' => str_repeat('ä', 300)]];
must('option', update_option('lab_serialized', $tree));
must('option', update_option('lab_long', str_repeat(words(200), 200), false));
set_transient('lab_transient', ['expires' => 'later'], 3600);

$sizes = ['jpg' => [2400, 1600], 'png' => [900, 700], 'gif' => [500, 400], 'webp' => [1800, 1200]];
for ($i = 0; $i < $o['images']; $i++) {
    $format = array_keys($sizes)[$i % 4];
    $id = media("Früh-$i.$format", picture($format, ...$sizes[$format]), $posts[$i % max(1, count($posts))] ?? 0);
    if ($posts) {
        set_post_thumbnail($posts[$i % count($posts)], $id);
    }
}
media('clip.mp4', noise(3 << 20));
media('voice.mp3', noise(700000));
media('catalogue.pdf', "%PDF-1.4\n" . noise(400000) . "\n%%EOF\n");
media('download.zip', "PK\x03\x04" . noise(200000));
media('measurements.csv', str_repeat("time,value\n2026-11-23,1.5\n", 20000));
media('empty.txt', "\n");

do_action('lab_fill', $o['seed']);
global $wpdb;
if ($wpdb->last_error !== '') {
    throw new Exception("database: {$wpdb->last_error}");
}
