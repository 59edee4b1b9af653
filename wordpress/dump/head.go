package dump

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// head saves the session's settings, and sets those that a restore needs. Version comments
// make each line apply only to the servers that have its variables.
const head = `
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
`

// tail restores the session's settings.
const tail = `
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
`

func (d *Dump) writeHead(t *text) error {
	err := t.printf("-- wp-oneway dump of database %s\n-- %s %s, at %s (server's clock)\n-- Restore, with an account that has rights on this database only: mysql --user=ACCOUNT -p --binary-mode DATABASE < FILE\n",
		sqltext.DisplayName(d.db.Name), d.server.Flavour(), sqltext.DisplayName(d.server.Version), d.report.SnapshotTime.Format("2006-01-02 15:04:05.000000 MST"))
	if err != nil {
		return err
	}
	if partial := d.opts.Partial(); partial != "" {
		if err := t.raw("-- Partial or adapted, as these options say: ", sqltext.OneLine(partial), "\n"); err != nil {
			return err
		}
	}
	if err := t.raw(head); err != nil || !d.opts.whole() {
		return err
	}
	return d.writeCollation(t, d.server.Collation)
}

func (d *Dump) writeTail(t *text) error {
	if err := t.raw(tail); err != nil {
		return err
	}
	for _, n := range d.report.Missing {
		if err := t.printf("-- Missing: %s\n", sqltext.OneLine(n.String())); err != nil {
			return err
		}
	}
	return nil
}

// lastLine returns the line that distinguishes a complete dump from a truncated one.
func (d *Dump) lastLine(sum [32]byte) string {
	return fmt.Sprintf("-- Dump completed at %s tables=%d rows=%d sha256=%s\n",
		d.opts.Now().UTC().Format(time.RFC3339), len(d.report.Tables), d.report.Rows, hex.EncodeToString(sum[:]))
}
