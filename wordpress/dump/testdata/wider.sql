-- What the first list has not: odder tables, names, values and views.
SET NAMES utf8mb4;
SET SESSION sql_mode='ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';
SET SESSION time_zone='+05:30';
CREATE TABLE onlymade (a INT AS (1+1) STORED, b INT AS (a*2) VIRTUAL);
INSERT INTO onlymade () VALUES (),(),();
CREATE TABLE defaults2 (
  b3 BINARY(3) NOT NULL DEFAULT 'a\0b', vb VARBINARY(10) DEFAULT x'FF00275C0A', bt BIT(10) NOT NULL DEFAULT b'1010101010', nl VARCHAR(20) DEFAULT 'a\nb\rc\td\\e''f"g`h',
  nul VARCHAR(20) DEFAULT 'x\0y', z VARCHAR(20) DEFAULT 'a\Zb', l1 VARCHAR(20) CHARACTER SET latin1 DEFAULT 'äöü€', u2 VARCHAR(20) CHARACTER SET ucs2 DEFAULT 'é€', en ENUM('a\nb','c''d','e,f','g\\h') DEFAULT 'a\nb',
  st SET('x y','z\\','q"') DEFAULT 'x y,q"', y YEAR DEFAULT 0, d DATE DEFAULT '2021-02-31', ti TIME(3) DEFAULT '-12:34:56.789', de DECIMAL(20,10) DEFAULT -0.0000000001, fl FLOAT DEFAULT 0.1, id INT,
  pct VARCHAR(20) DEFAULT '%s %d %%', cm INT COMMENT 'a\nb\\ */ -- ; ''q'' \\! \Z'
) DEFAULT CHARSET=utf8mb4 COMMENT='%s\n*/ ; DROP\\! `x` "y"';
INSERT INTO defaults2 (id) VALUES (1);
CREATE TABLE enumsets (a ENUM('é','x') CHARACTER SET ucs2, b ENUM('ж','y') CHARACTER SET cp1251, c SET('日','本') CHARACTER SET sjis, d ENUM('€','z') CHARACTER SET utf16 DEFAULT '€', e ENUM('\0','nul') CHARACTER SET utf8mb4);
INSERT INTO enumsets VALUES ('é','ж','日,本','€','\0'),('x','y','','z','nul');
CREATE TABLE negauto (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, t TINYTEXT);
INSERT INTO negauto VALUES (-5,'neg'),(0,'zero'),(2147483647,'max');
CREATE TABLE compauto (g INT NOT NULL, id INT NOT NULL AUTO_INCREMENT, PRIMARY KEY (g, id)) ENGINE=MyISAM;
INSERT INTO compauto VALUES (1,NULL),(1,NULL),(2,NULL);
CREATE TABLE prefixpk (t BLOB NOT NULL, u TEXT, PRIMARY KEY (t(10)));
INSERT INTO prefixpk VALUES ('b\0','x'),('a',NULL),('','');
CREATE TABLE rangecols (d DATETIME NOT NULL, n VARCHAR(20) NOT NULL) DEFAULT CHARSET=utf8mb4 PARTITION BY RANGE COLUMNS (d, n) (PARTITION `p%s` VALUES LESS THAN ('2020-01-01', 'é''\\'), PARTITION pmax VALUES LESS THAN (MAXVALUE, MAXVALUE));
INSERT INTO rangecols VALUES ('2019-01-01','a'),('2025-01-01 12:00:00','b');
CREATE TABLE listcols (n VARCHAR(20) CHARACTER SET latin1) PARTITION BY LIST COLUMNS (n) (PARTITION a VALUES IN ('ä','ö'), PARTITION b VALUES IN (NULL,''));
INSERT INTO listcols VALUES ('ä'),(NULL),('');
CREATE TABLE linhash (id INT PRIMARY KEY) PARTITION BY LINEAR HASH (ABS(id)) PARTITIONS 4;
INSERT INTO linhash VALUES (-1),(2),(3);
CREATE TABLE `a/b\c.d#e@f` (`x/y\z` INT);
INSERT INTO `a/b\c.d#e@f` VALUES (1);
CREATE TABLE `ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss` (`cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` INT);
CREATE TABLE `t
x` (`a\` INT, `b%s` INT, `c*/` INT, `-- d` INT, `e;` INT, `'f'` INT, `"g"` INT, `NULL` INT, `*` INT) COMMENT='x';
INSERT INTO `t
x` VALUES (1,2,3,4,5,6,7,8,9);
CREATE TABLE `id` (x INT);
CREATE TABLE memb (a VARCHAR(10), KEY (a) USING BTREE) ENGINE=MEMORY DEFAULT CHARSET=utf8mb4;
INSERT INTO memb VALUES ('é'),(NULL);
CREATE TABLE arauto (id INT NOT NULL AUTO_INCREMENT, t TEXT, KEY (id)) ENGINE=ARCHIVE;
INSERT INTO arauto VALUES (5,'x'),(9,NULL);
CREATE TABLE zf (f FLOAT ZEROFILL, d DOUBLE(10,3) ZEROFILL, i BIGINT(20) UNSIGNED ZEROFILL);
INSERT INTO zf VALUES (1.5,2.25,18446744073709551615),(0,0,0);
CREATE TABLE typed2 (id INT PRIMARY KEY, g POINT, b BIT(9), e ENUM('a','b'), j JSON, v VARBINARY(5), bl BLOB, u3 VARCHAR(5) CHARACTER SET utf8mb3, dt DATETIME(3), t TIME, y YEAR, de DECIMAL(9,2), s SET('p','q'));
INSERT INTO typed2 VALUES (1,POINT(1,2),b'101','a','{"a":1}',x'FF','b','é','2020-01-01 00:00:00.123','10:00:00',2020,1.50,'p');
-- Views whose names sort before those they use, and that need their types.
CREATE VIEW zt AS SELECT * FROM typed2;
CREATE VIEW yt AS SELECT ST_X(g) AS x, ST_AsText(g) AS w, b+0 AS b, CONCAT(e) AS e, JSON_EXTRACT(j,'$.a') AS ja, HEX(v) AS v, LENGTH(bl) AS bl, u3 COLLATE utf8mb3_bin AS u3, DATE_ADD(dt, INTERVAL 1 DAY) AS dt, ADDTIME(t, t) AS t, y+1 AS y, de*2 AS de, FIND_IN_SET('p', s) AS s FROM zt;
CREATE VIEW xt AS SELECT * FROM yt UNION ALL SELECT * FROM yt;
CREATE VIEW wt AS SELECT a.* FROM xt a JOIN yt b ON a.x=b.x AND a.u3=b.u3 COLLATE utf8mb3_bin WHERE a.w LIKE 'POINT%';
CREATE VIEW `v
name``%s\` (`c
1`, `c``2`) AS SELECT 1, 2;
CREATE VIEW vwin AS SELECT id, ROW_NUMBER() OVER (PARTITION BY boss ORDER BY id) AS rn, SUM(id) OVER w AS s FROM parents WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW vset AS SELECT id FROM parents INTERSECT SELECT id FROM children EXCEPT SELECT 2;
CREATE VIEW vis AS SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA='mysql';
CREATE VIEW vlong AS SELECT CONCAT(code, '0123456789012345678901234567890123456789012345678901234567890123456789'), id+1 FROM parents;
CREATE VIEW vlit AS SELECT _latin1 x'E9' AS a, _ucs2 x'00E9' AS b, x'FF' AS c, b'101' AS d, N'é' AS e, '\n\t\\%s' AS f, DATE'2020-01-01' AS g, 1e0 AS h, -0e0 AS i, INTERVAL(1,2,3) AS j, TIMESTAMP'2020-01-01 00:00:00.5' AS k, NULL AS l;
CREATE VIEW vself AS SELECT a.id, b.id AS id2 FROM parents a LEFT JOIN parents b ON a.boss=b.id WHERE EXISTS (SELECT 1 FROM children c WHERE c.parent=a.id);
DELIMITER //
CREATE PROCEDURE delim() BEGIN
/*
delimiter ;
*/
SELECT 'a
delimiter ;
\\! x
\\q
', "b
DELIMITER x
" AS
`delimiter`;
SELECT 1 AS
delimiter
, 2;
-- delimiter //x
# quit
END//
CREATE PROCEDURE nested() BEGIN /* a /* b */ SELECT 1; /*!50003 SELECT 2; */ SELECT 3 /*!99999 nothing */; END//
DELIMITER ;
CREATE EVENT epast ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO SELECT 1;
CREATE EVENT eslave ON SCHEDULE EVERY 1 WEEK STARTS '2020-01-01 00:00:00' DISABLE ON SLAVE DO SELECT 1;
CREATE EVENT `e``%s
x` ON SCHEDULE EVERY 1 YEAR STARTS '2020-02-29 00:00:00' COMMENT '%s\n*/' DO SELECT '%s';
