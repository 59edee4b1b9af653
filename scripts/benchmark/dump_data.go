package main

import (
	"context"
	"fmt"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// fillBenchDatabase creates the database bench with about size MB of SQL, like that of a large
// WordPress. Half of the bytes are in wide rows of text and markup, a tenth is in binary rows,
// and the rest is in a great number of narrow rows.
func fillBenchDatabase(ctx context.Context, server *lab.Server, size int64) error {
	numbers := "INSERT INTO n SELECT a.i + 10*b.i + 100*c.i + 1000*d.i + 10000*e.i + 100000*f.i FROM ten a, ten b, ten c, ten d, ten e, ten f"
	return server.Exec(ctx,
		"CREATE DATABASE bench CHARACTER SET utf8mb4", "USE bench", "SET NAMES utf8mb4", "SET SESSION group_concat_max_len=100000000",
		"CREATE TEMPORARY TABLE ten (i INT)", "INSERT INTO ten VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
		"CREATE TABLE ten2 AS SELECT * FROM ten", "DROP TEMPORARY TABLE ten", "ALTER TABLE ten2 RENAME ten", "CREATE TABLE n (i INT PRIMARY KEY)", numbers,
		"CREATE TABLE words (i INT PRIMARY KEY, w VARCHAR(20))",
		"INSERT INTO words SELECT i, CONCAT(CHAR(97 + i%26), SUBSTR(LEFT(SHA2(i*7, 224), 32), 1, 2 + i%8)) FROM n WHERE i < 700",
		"CREATE TABLE paras (i INT PRIMARY KEY, p TEXT)",
		"INSERT INTO paras SELECT n.i, (SELECT CONCAT('<!-- wp:paragraph -->\r\n<p class=\"lead\">', GROUP_CONCAT(w ORDER BY SHA2(CONCAT(n.i, w), 224) SEPARATOR ' '), '</p>\r\n\r\n', IF(n.i%7=0, 'it''s “quoted” — é😀', '')) "+
			"FROM words WHERE (words.i*(n.i+3))%13 < 2) FROM n WHERE i < 500",
		"CREATE TABLE wp_posts (ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, post_author BIGINT UNSIGNED NOT NULL DEFAULT 0, post_date DATETIME NOT NULL, "+
			"post_content LONGTEXT NOT NULL, post_title TEXT NOT NULL, post_status VARCHAR(20) NOT NULL, post_name VARCHAR(200) NOT NULL, guid VARCHAR(255) NOT NULL, menu_order INT NOT NULL DEFAULT 0, KEY post_name (post_name(191)))",
		fmt.Sprintf("INSERT INTO wp_posts SELECT i+1, i%%9, '2020-01-01' + INTERVAL i MINUTE, CONCAT((SELECT p FROM paras WHERE i=n.i%%500), LEFT(SHA2(n.i, 224), 32), (SELECT p FROM paras WHERE i=n.i*31%%500), LEFT(SHA2(n.i, 224), 40), (SELECT p FROM paras WHERE i=n.i*57%%500), LEFT(SHA2(n.i*3, 224), 40)), "+
			"CONCAT('Title ', LEFT(SHA2(n.i, 224), 32)), 'publish', CONCAT('title-', n.i), CONCAT('https://example.com/?p=', n.i), 0 FROM n WHERE i < %d", size*230),
		"CREATE TABLE wp_postmeta (meta_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, post_id BIGINT UNSIGNED NOT NULL, meta_key VARCHAR(255), meta_value LONGTEXT, KEY post_id (post_id), KEY meta_key (meta_key(191)))",
		fmt.Sprintf("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) SELECT n.i, ELT(1+(n.i+ten.i)%%5, '_edit_lock', '_thumbnail_id', '_wp_attached_file', '_wp_attachment_metadata', '_price'), "+
			"IF((n.i+ten.i)%%5=3, CONCAT('a:5:{s:5:\"width\";i:', n.i%%4000, ';s:6:\"height\";i:', n.i%%3000, ';s:4:\"file\";s:20:\"2020/01/', LEFT(SHA2(n.i, 224), 32), '.jpg\";}'), CONCAT(n.i, ':', ten.i)) FROM n, ten WHERE n.i < %d", min(size*250, 1000000)),
		"CREATE TABLE wp_term_relationships (object_id BIGINT UNSIGNED NOT NULL, term_taxonomy_id BIGINT UNSIGNED NOT NULL, term_order INT NOT NULL DEFAULT 0, PRIMARY KEY (object_id, term_taxonomy_id), KEY t (term_taxonomy_id))",
		fmt.Sprintf("INSERT INTO wp_term_relationships SELECT n.i, ten.i, 0 FROM n, ten WHERE n.i < %d", min(size*150, 1000000)),
		"CREATE TABLE wp_blobs (i INT PRIMARY KEY, b LONGBLOB)",
		fmt.Sprintf("INSERT INTO wp_blobs SELECT b.i, (SELECT GROUP_CONCAT(UNHEX(SHA2(CONCAT(b.i, '-', n.i), 512)) SEPARATOR '') FROM n WHERE n.i < 1600) FROM n b WHERE b.i < %d", size),
		"DROP TABLE ten, n, words, paras", "ANALYZE TABLE wp_posts, wp_postmeta, wp_term_relationships, wp_blobs")
}
