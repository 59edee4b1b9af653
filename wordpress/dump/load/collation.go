package load

import (
	"context"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/target"
)

// collations are the character sets and collations that a server knows.
type collations struct {
	charsets map[string]bool
	names    map[string]bool
	replace  bool // replace an unknown name by the closest known one
	target   target.Target
	replaced map[string]string
}

// readCollations reads the collations of a server.
func readCollations(ctx context.Context, conn *mysql.Conn, replace bool) (*collations, error) {
	server := conn.Server()
	column := "COLLATION_NAME"
	if server.MariaDB && server.Number >= 101001 { // there, one name may belong to several character sets
		column = "FULL_COLLATION_NAME"
	}
	rows, err := conn.Rows(ctx, "SELECT CHARACTER_SET_NAME, "+column+" FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY", 2)
	if err != nil {
		return nil, fmt.Errorf("list the server's collations: %w", err)
	}
	c := &collations{
		charsets: map[string]bool{"binary": true}, names: map[string]bool{"binary": true}, replace: replace, replaced: map[string]string{},
		target: target.Target{MariaDB: server.MariaDB, Number: server.Number},
	}
	for _, r := range rows {
		c.charsets[strings.ToLower(r[0].Text)], c.names[strings.ToLower(r[1].Text)] = true, true
	}
	for _, name := range []string{"utf8", "utf8mb3"} { // two names of one character set; a server shows only one of them
		if c.charsets["utf8"] || c.charsets["utf8mb3"] && (server.MariaDB && server.Number >= 100600 || !server.MariaDB && server.Number >= 80000) {
			c.charsets[name] = true
		}
	}
	return c, nil
}

// collation returns a name if the server knows it. Otherwise it returns the closest known name if
// c.replace is set, or an error.
func (c *collations) collation(name string) (string, error) {
	if c == nil || c.names[strings.ToLower(name)] {
		return name, nil
	}
	other := name
	if rest, found := strings.CutPrefix(name, "utf8_"); found {
		other = "utf8mb3_" + rest
	} else if rest, found := strings.CutPrefix(name, "utf8mb3_"); found {
		other = "utf8_" + rest
	}
	if c.names[other] {
		return other, nil
	}
	if !c.replace {
		return "", fmt.Errorf("the server does not know the collation %s; --collation-fallback uses the closest one that it knows", sqltext.DisplayName(name))
	}
	closest := c.target.Collation(name)
	if !c.names[closest] {
		return "", fmt.Errorf("the server knows neither the collation %s nor %s", sqltext.DisplayName(name), sqltext.DisplayName(closest))
	}
	c.replaced[name] = closest
	return closest, nil
}

// charset does the same as collation, for a character set.
func (c *collations) charset(name string) (string, error) {
	if c == nil || c.charsets[strings.ToLower(name)] {
		return name, nil
	}
	closest := c.target.Charset(name)
	if !c.replace || !c.charsets[closest] {
		return "", fmt.Errorf("the server does not know the character set %s", sqltext.DisplayName(name))
	}
	c.replaced[name] = closest
	return closest, nil
}

func (c *collations) both(charset, collation string) (string, string, error) {
	charset, err := c.charset(charset)
	if err != nil {
		return "", "", err
	}
	collation, err = c.collation(collation)
	return charset, collation, err
}

// adapt replaces the names of character sets and collations in a statement.
func (c *collations) adapt(list []sqltext.Token) error {
	if c == nil {
		return nil
	}
	for i, t := range list {
		charset := t.IsWord("CHARSET") || t.IsWord("SET") && i >= 2 && list[i-2].IsWord("CHARACTER")
		if !charset && !t.IsWord("COLLATE") {
			continue
		}
		at := sqltext.SkipSpace(list, i+1)
		if at < len(list) && list[at].Text == "=" {
			at = sqltext.SkipSpace(list, at+1)
		}
		if at >= len(list) || list[at].Kind != sqltext.Word {
			continue
		}
		find := c.collation
		if charset {
			find = c.charset
		}
		name, err := find(list[at].Text)
		if err != nil {
			return err
		}
		list[at].Text = name
	}
	return nil
}
