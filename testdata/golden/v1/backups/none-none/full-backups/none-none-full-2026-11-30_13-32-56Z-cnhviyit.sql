-- wp-oneway dump of database golden
-- MariaDB 10.11.19-MariaDB-0+deb12u1, at 2026-11-30 13:32:56.902626 UTC (server's clock)
-- Restore, with an account that has rights on this database only: mysql --user=ACCOUNT -p --binary-mode DATABASE < FILE

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES' */;
/*!40101 SET @OLD_SQL_QUOTE_SHOW_CREATE=@@SQL_QUOTE_SHOW_CREATE, SQL_QUOTE_SHOW_CREATE=1 */;
/*!40101 SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, AUTOCOMMIT=1 */;
/*!50600 SET SESSION TRANSACTION READ WRITE */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
/*M!100201 SET @OLD_CHECK_CONSTRAINT_CHECKS=@@check_constraint_checks, check_constraint_checks=0 */;
/*M!100101 SET @OLD_MAX_STATEMENT_TIME=@@max_statement_time, max_statement_time=0 */;
/*M!100203 SET @OLD_INNODB_STRICT_MODE=@@innodb_strict_mode, innodb_strict_mode=0 */;
/*M!100804 SET @OLD_EXPLICIT_DEFAULTS=@@explicit_defaults_for_timestamp, explicit_defaults_for_timestamp=1 */;
/*M!110201 SET @OLD_CHARACTER_SET_COLLATIONS=@@character_set_collations, character_set_collations='' */;
/*!80013 SET @OLD_REQUIRE_PRIMARY_KEY=@@SESSION.sql_require_primary_key, @OLD_STRICT=@@SESSION.innodb_strict_mode */;
/*!80030 SET @OLD_GENERATE_KEY=@@SESSION.sql_generate_invisible_primary_key */;
/*!80400 SET @OLD_RESTRICT_FK=@@SESSION.restrict_fk_on_non_standard_key */;
/*!80013 SET @WP_ONEWAY_MAY=(SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN ('SESSION_VARIABLES_ADMIN','SYSTEM_VARIABLES_ADMIN','SUPER') AND REPLACE(GRANTEE,'''','')=REPLACE(CURRENT_USER(),'''','')) */;
/*!80013 SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'SET sql_require_primary_key=0, innodb_strict_mode=0','DO 0') */;
/*!80013 PREPARE wp_oneway FROM @WP_ONEWAY */;
/*!80013 EXECUTE wp_oneway */;
/*!80030 SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'SET sql_generate_invisible_primary_key=0','DO 0') */;
/*!80030 PREPARE wp_oneway FROM @WP_ONEWAY */;
/*!80030 EXECUTE wp_oneway */;
/*!80400 SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'SET restrict_fk_on_non_standard_key=0','DO 0') */;
/*!80400 PREPARE wp_oneway FROM @WP_ONEWAY */;
/*!80400 EXECUTE wp_oneway */;
ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci;

--
-- table `wp_odd`
--

DROP TABLE IF EXISTS `wp_odd`;
CREATE TABLE `wp_odd` (
  `a` blob DEFAULT NULL,
  `b` varchar(20) DEFAULT NULL,
  `c` double DEFAULT NULL,
  `d` datetime DEFAULT NULL,
  `e` varchar(9) CHARACTER SET utf16 COLLATE utf16_general_ci DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;
INSERT INTO `wp_odd` (`a`,`b`,`c`,`d`,`e`) VALUES
(_binary'\0ÿ\'\n\\',_latin1'é','-0.1','2024-02-29 12:00:00',_utf16 0x0436),
(NULL,NULL,NULL,NULL,NULL);

--
-- table `wp_options`
--

DROP TABLE IF EXISTS `wp_options`;
CREATE TABLE `wp_options` (
  `option_id` int(11) NOT NULL AUTO_INCREMENT,
  `option_name` varchar(191) DEFAULT NULL,
  `option_value` longtext DEFAULT NULL,
  PRIMARY KEY (`option_id`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `wp_options` (`option_id`,`option_name`,`option_value`) VALUES
(1,'siteurl','https://golden.example'),
(2,'home','https://golden.example'),
(3,'odd','a:1:{i:0;s:6:"\0GrÃ¼ðŸ¦Š";}');
DROP VIEW IF EXISTS `wp_view`;
CREATE SQL SECURITY INVOKER VIEW `wp_view` AS SELECT CONVERT('' USING utf8mb4) COLLATE utf8mb4_general_ci AS `option_name`;

--
-- view `wp_view`
--

DROP VIEW IF EXISTS `wp_view`;
SET sql_mode='', character_set_client=utf8mb4;
SET collation_connection=utf8mb4_general_ci;
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `wp_view` AS select `wp_options`.`option_name` AS `option_name` from `wp_options`;
SET NAMES utf8mb4;
SET sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone='+00:00';

--
-- trigger `wp_trigger`
--

SET @wp_oneway_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION';
/*!80011 SET @wp_oneway_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' */;
/*M!100000 SET @wp_oneway_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */;
SET sql_mode=@wp_oneway_mode, character_set_client=utf8mb4;
SET collation_connection=utf8mb4_general_ci;
DROP TRIGGER IF EXISTS `wp_trigger`;
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` TRIGGER wp_trigger BEFORE INSERT ON wp_options FOR EACH ROW SET NEW.option_value = CONCAT(NEW.option_value, ';')
;;
DELIMITER ;
SET NAMES utf8mb4;
SET sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone='+00:00';

/*!80400 SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'SET restrict_fk_on_non_standard_key=@OLD_RESTRICT_FK','DO 0') */;
/*!80400 PREPARE wp_oneway FROM @WP_ONEWAY */;
/*!80400 EXECUTE wp_oneway */;
/*!80030 SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'SET sql_generate_invisible_primary_key=@OLD_GENERATE_KEY','DO 0') */;
/*!80030 PREPARE wp_oneway FROM @WP_ONEWAY */;
/*!80030 EXECUTE wp_oneway */;
/*!80013 SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'SET sql_require_primary_key=@OLD_REQUIRE_PRIMARY_KEY, innodb_strict_mode=@OLD_STRICT','DO 0') */;
/*!80013 PREPARE wp_oneway FROM @WP_ONEWAY */;
/*!80013 EXECUTE wp_oneway */;
/*!80013 DEALLOCATE PREPARE wp_oneway */;
/*M!110201 SET character_set_collations=@OLD_CHARACTER_SET_COLLATIONS */;
/*M!100804 SET explicit_defaults_for_timestamp=@OLD_EXPLICIT_DEFAULTS */;
/*M!100203 SET innodb_strict_mode=@OLD_INNODB_STRICT_MODE */;
/*M!100101 SET max_statement_time=@OLD_MAX_STATEMENT_TIME */;
/*M!100201 SET check_constraint_checks=@OLD_CHECK_CONSTRAINT_CHECKS */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;
/*!40101 SET AUTOCOMMIT=@OLD_AUTOCOMMIT */;
/*!40101 SET SQL_QUOTE_SHOW_CREATE=@OLD_SQL_QUOTE_SHOW_CREATE */;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
-- Dump completed at 2026-11-30T13:32:56Z tables=3 rows=5 sha256=b59234c3ef3e9676214d46a0abc8b7260c2b72ec653f8eec7279a7403f40abd7
