package dump

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/target"
)

// writeStatement writes a CREATE statement, with the settings under which it was originally
// executed.
func (d *Dump) writeStatement(t *text, r *routine) error {
	otherCollation := r.database != "" && r.database != d.server.Collation
	if otherCollation {
		if err := d.writeCollation(t, r.database); err != nil {
			return err
		}
	}
	byClient, immediate := d.howToCreate(r)
	if immediate {
		if err := t.raw("SET @wp_oneway=", r.literal(), ";\n"); err != nil {
			return err
		}
	}
	if err := d.writeSettings(t, r); err != nil {
		return err
	}
	drop := "DROP " + r.kind + " IF EXISTS " + r.encoded
	var err error
	switch end := sqltext.Delimiter(r.text); {
	case r.kind == "":
		err = t.raw(r.text, ";\n")
	case !byClient:
		err = t.raw(drop, ";\nEXECUTE IMMEDIATE @wp_oneway;\n")
	default: // after sql_mode, since only some modes know packages
		err = t.raw(drop, ";\nDELIMITER ", end, "\n", sqltext.ForClient(r.text, sqltext.DialectOf(r.mode)), "\n", end, "\nDELIMITER ;\n")
	}
	if err == nil && byClient && immediate {
		err = t.raw("/*M!100602 ", drop, " */;\n/*M!100602 EXECUTE IMMEDIATE @wp_oneway */;\n")
	}
	if err != nil {
		return err
	}
	reset := "SET NAMES utf8mb4;\nSET sql_mode='" + restoreMode + "', time_zone='+00:00'"
	if r.created != "" {
		reset += ", timestamp=DEFAULT"
	}
	if err := t.raw(reset, ";\n"); err != nil || !otherCollation {
		return err
	}
	return d.writeCollation(t, d.server.Collation)
}

// howToCreate decides how the dump writes a statement that may contain semicolons. byClient
// writes it between delimiters, which works with every server. immediate writes it as a string
// for EXECUTE IMMEDIATE. With a string, the client can neither misread the statement nor remove
// its comments, as MariaDB's client does. If both are true, the second statement replaces the
// object that the first has created.
func (d *Dump) howToCreate(r *routine) (byClient, immediate bool) {
	switch {
	case r.kind == "":
		return false, false
	case !d.target.HasExecuteImmediate():
		return true, false
	case !d.target.Same || slices.Contains([]string{"sjis", "cp932", "big5", "gbk", "gb18030"}, r.client): // a character may contain the byte of a backslash
		return false, true
	}
	dialect := sqltext.DialectOf(r.mode)
	if sqltext.ForClient(r.text, dialect) != r.text {
		return false, true
	}
	return true, sqltext.HasComments(dialect.Tokens(r.text))
}

// writeSettings writes the settings under which a statement was originally executed. A server
// skips the settings that it does not know.
func (d *Dump) writeSettings(t *text, r *routine) error {
	set := "SET sql_mode="
	if mySQL8, mariaDB, others := d.target.Modes(r.mode); mySQL8 == others && mariaDB == others {
		set += sqltext.Literal(others)
	} else {
		set = "SET @wp_oneway_mode=" + sqltext.Literal(others) + ";\n/*!80011 SET @wp_oneway_mode=" + sqltext.Literal(mySQL8) + " */;\n" +
			"/*M!100000 SET @wp_oneway_mode=" + sqltext.Literal(mariaDB) + " */;\n" + set + "@wp_oneway_mode"
	}
	set += ", character_set_client=" + d.target.Charset(r.client)
	if r.zone != "" {
		set += ", time_zone=" + sqltext.Literal(r.zone)
	}
	if r.created != "" { // at the current time, a server would drop an expired event at once
		set += ", timestamp=UNIX_TIMESTAMP(" + sqltext.Literal(r.created) + ")"
	}
	collation := d.target.Collation(r.collation)
	return t.raw(set, ";\n", onlyIfKnown(collation, d.target.MariaDB, "SET collation_connection="+collation), ";\n")
}

// writeCollation sets the default collation of the database.
func (d *Dump) writeCollation(t *text, collation string) error {
	charset := d.server.Charset
	if collation != d.server.Collation {
		charset, _, _ = strings.Cut(collation, "_")
	}
	collation = d.target.Collation(collation)
	return t.raw(onlyIfKnown(collation, d.target.MariaDB, "ALTER DATABASE CHARACTER SET "+d.target.Charset(charset)+" COLLATE "+collation), ";\n")
}

// onlyIfKnown returns a statement in a version comment, so that servers that do not know the
// collation skip it.
func onlyIfKnown(collation string, mariaDB bool, statement string) string {
	if comment := target.CollationComment(collation, mariaDB); comment != "" {
		return comment + statement + " */"
	}
	return statement
}

// literal returns the text as a literal: as a string if it is UTF-8, otherwise as hexadecimal.
func (r *routine) literal() string {
	if sqltext.IsASCII([]byte(r.text)) || strings.HasPrefix(r.client, "utf8") && utf8.ValidString(r.text) {
		return sqltext.Literal(r.text)
	}
	return sqltext.Hex(r.text)
}

// encodeHead converts the parts of a definition that the server wrote itself, such as the
// definer and the comment, to the character set of the client that created the routine. The
// server shows these parts in UTF-8, but parameters and the body in the bytes that the client
// sent. Some servers also show the names in those bytes. encodeHead returns the definition that
// is expected after the conversion.
func (d *Dump) encodeHead(ctx context.Context, r *routine, list []sqltext.Token) (sqltext.Definition, error) {
	want := sqltext.Definition{Kind: r.kind}
	var err error
	if r.encoded, err = d.encode(ctx, r, sqltext.Ident(r.name)); err != nil {
		return want, err
	}
	table, err := d.encode(ctx, r, sqltext.Ident(r.table))
	if err != nil {
		return want, err
	}
	want.Name, want.Table = sqltext.Tokens(r.encoded)[0].Name, sqltext.Tokens(table)[0].Name
	head, kindAt := sqltext.HeadTokens(list, r.kind)
	for _, i := range head {
		isName := list[i].Kind == sqltext.QuotedName || list[i].Kind == sqltext.Word
		if name := list[i].Identifier(); isName && i > kindAt && name != r.name && name != r.table {
			continue
		}
		if list[i].Text, err = d.encode(ctx, r, list[i].Text); err != nil {
			return want, err
		}
	}
	return want, nil
}

// encode converts a token from UTF-8 to the character set of a routine's client.
func (d *Dump) encode(ctx context.Context, r *routine, token string) (string, error) {
	if sqltext.IsASCII([]byte(token)) || strings.HasPrefix(r.client, "utf8") || r.client == "binary" {
		return token, nil
	}
	if err := sqltext.CheckPlain(r.client); err != nil {
		return "", fmt.Errorf("%w: %w", errRefused, err)
	}
	converted := "CONVERT(_utf8mb4 " + sqltext.Hex(token) + " USING " + r.client + ")"
	row, err := d.main.Row(ctx, "SELECT "+converted+", HEX(CONVERT("+converted+" USING utf8mb4))", 2)
	if err != nil {
		return "", err
	}
	if !sqltext.DialectOf(r.mode).IsToken(row[0].Text, r.client, token) {
		return "", fmt.Errorf("%w: its name or comment cannot be converted to %s", errRefused, r.client)
	}
	if "0x"+row[1].Text != sqltext.Hex(token) {
		d.warn(r.String(), "its name or comment has characters that the character set "+r.client+" of its creator lacks; they become question marks")
	}
	return row[0].Text, nil
}
