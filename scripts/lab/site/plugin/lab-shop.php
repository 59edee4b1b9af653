<?php
/**
 * Plugin Name: Lab Shop
 * Description: A small shop with tables of its own, as plugins have them.
 * Version: 1.0
 */

register_activation_hook(__FILE__, function () {
    global $wpdb;
    $charset = $wpdb->get_charset_collate();
    $wpdb->query("CREATE TABLE {$wpdb->prefix}shop_orders (
        id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
        number varchar(40) NOT NULL,
        total decimal(26,8) NOT NULL DEFAULT 0,
        weight double DEFAULT NULL,
        paid bit(1) NOT NULL DEFAULT b'0',
        state enum('open','paid','it''s void') NOT NULL DEFAULT 'open',
        placed datetime(6) NOT NULL,
        token varbinary(32) DEFAULT NULL,
        invoice mediumblob,
        extra longtext CHECK (extra IS NULL OR json_valid(extra)),
        gross decimal(26,8) GENERATED ALWAYS AS (total * 1.19) STORED,
        PRIMARY KEY (id),
        UNIQUE KEY number (number)
    ) ENGINE=InnoDB $charset");
    $wpdb->query("CREATE TABLE {$wpdb->prefix}shop_items (
        id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
        order_id bigint(20) unsigned NOT NULL,
        name varchar(200) NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT {$wpdb->prefix}shop_item_order FOREIGN KEY (order_id) REFERENCES {$wpdb->prefix}shop_orders (id) ON DELETE CASCADE
    ) ENGINE=InnoDB $charset");
    $wpdb->query("CREATE OR REPLACE VIEW {$wpdb->prefix}shop_open AS
        SELECT o.id, o.number, COUNT(i.id) AS items FROM {$wpdb->prefix}shop_orders o
        LEFT JOIN {$wpdb->prefix}shop_items i ON i.order_id = o.id WHERE o.state = 'open' GROUP BY o.id, o.number");
});

add_action('lab_fill', function ($seed) {
    global $wpdb;
    for ($i = 1; $i <= 40; $i++) {
        $every_byte = implode('', array_map('chr', range(0, 255)));
        $wpdb->query($wpdb->prepare(
            "INSERT INTO {$wpdb->prefix}shop_orders (number, total, weight, paid, state, placed, token, invoice, extra)
             VALUES (%s, %s, %f, b'1', %s, %s, UNHEX(%s), UNHEX(%s), %s)",
            "2026-$i-🧾", ($i * 7919) . '.12345678', $i / 3, ['open', 'paid', "it's void"][$i % 3], "2026-11-23 03:00:00.00000$seed",
            hash('sha256', "$seed:$i"), bin2hex($every_byte), wp_json_encode(['gift' => $i % 2 === 0, 'note' => "line\nbreak"])
        ));
        $wpdb->insert("{$wpdb->prefix}shop_items", ['order_id' => $wpdb->insert_id, 'name' => "Thing № $i; it's \\ \"new\""]);
    }
});

add_action('wp_footer', function () {
    echo '<p id="lab-shop">The lab shop is open.</p>';
});
