package dump

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// What is read off statements that a tenant wrote must hold whatever these say.
func FuzzStatements(f *testing.F) {
	for _, s := range []string{
		"CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` (`x`) AS select `db`.`t`.`x`,`f`(1),`p`.`f`() from (`db`.`t` join `u`) WITH LOCAL CHECK OPTION",
		"CREATE DEFINER=a@b TRIGGER db.t BEFORE INSERT ON db . t FOR EACH ROW SET NEW.a = OLD . `b`, @x = 'NEW.c' -- NEW.d",
		"CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT USING (`db`.`l`, `db`.`m` AS `n`) AS $$ x $$", "SELECT\ndelimiter -- x\nFROM t",
		"CREATE TABLE `t` (`a` int DEFAULT (1+1), `b` text DEFAULT 'x', KEY `k` ((upper(`a`)))) ENGINE=Aria AUTO_INCREMENT=7",
		"CREATE TABLE `t` (`a` varchar(9) COLLATE utf8mb4_bin NOT NULL,`b` bigint(20) unsigned GENERATED ALWAYS AS ROW START, PRIMARY KEY (`a`)) COLLATE=utf8mb4_bin",
		"CREATE FUNCTION `f`(a int) RETURNS enum('\\\\')\n    COMMENT '\\\\n'\nRETURN '\\\\'", "FUNCTION f (", "FUNCTION f() RETURNS SET(", "FUNCTION f()\n    USING (", "EVENT e COMMENT '\\",
		"(`0`DEFAULT)", "(`a` DEFAULT ,`b`)", "(`a` COLLATE)", "(`a` COLLATE,`b`)COLLATE=,", "(\n`a`", "(`a` )", "'", "`", "/*", "WITH", "VIEW", "(", "DEFAULT",
	} {
		f.Add(s, "db")
	}
	f.Fuzz(func(t *testing.T, s, database string) {
		d := &Dump{log: slog.New(slog.DiscardHandler), db: wordpress.Database{Name: database}, opts: Options{For: forMySQL8}, server: server{maria: true}, objects: []*object{{name: "t"}, {name: "v"}}}
		o := &object{name: "t"}
		list := (dialect{}).tokens(s)
		if got := join(list); got != s {
			t.Fatalf("%q: the tokens make %q", s, got)
		}
		if q := viewQuery(list); !strings.Contains(s, q) {
			t.Errorf("%q: the query %q is not in it", s, q)
		}
		for _, name := range append(needsOf(list).tables, rowColumns(list)...) {
			if len(name) > len(s) {
				t.Errorf("%q: the name %q is not in it", s, name)
			}
		}
		for _, shorter := range [][]token{unqualify(list, schemaName{database, true}, "", d.isObject), withoutDefiner(list), d.unqualifyLibraries(list)} {
			if len(join(shorter)) > len(s) {
				t.Errorf("%q: it has grown to %q", s, join(shorter))
			}
		}
		for _, what := range []string{"FUNCTION", "PACKAGE BODY", "EVENT"} {
			if got := join(withPlainHead((dialect{noBackslash: true}).tokens(s), what)); len(got) > len(s) {
				t.Errorf("%q: as %s it has grown to %q", s, what, got)
			}
		}
		if got := forClient(s, dialect{}); strings.ReplaceAll(got, "\n", "") != strings.ReplaceAll(s, "\n", "") {
			t.Errorf("%q: more than line ends have changed in %q", s, got)
		}
		for _, line := range strings.Split(strings.TrimSuffix(commented(s), "\n"), "\n") {
			if s != "" && line != "" && !strings.HasPrefix(line, "-- ") {
				t.Errorf("%q: %q is no comment", s, line)
			}
		}
		_, _ = viewMentions(list, d.name()), mentions(list, d.name())
		_, _, _ = d.adaptTable(o, s), fingerprint(s), interim(s, false)
		_, _ = hasPrimaryKey(s), numbersTransactions(s)
		if got := withoutInherited(s); len(got) > len(s) {
			t.Errorf("%q: it has grown to %q", s, got)
		}
		for _, name := range identifiers(s) {
			if from := columnAt(list, name); from >= 0 && skipSpace(list, from) >= len(list) {
				t.Errorf("%q: column %q has no type", s, name)
			}
		}
		d.opts.For, d.server.maria = forMariaDB, false
		_ = d.adaptTable(o, s)
	})
}

func FuzzGrants(f *testing.F) {
	for _, s := range []string{
		"GRANT SELECT (a, b), INSERT ON `d\\_b`.* TO `u`@`h` WITH GRANT OPTION", "GRANT ALL PRIVILEGES ON *.* TO u", "REVOKE SELECT ON `d%`.* FROM u", "GRANT `r` TO `u`", "GRANT", "GRANT ON", "GRANT A ON x.",
	} {
		f.Add(s, "db")
	}
	f.Fuzz(func(t *testing.T, line, database string) {
		r := rights{}
		r.add(line, database)
		for p, has := range r {
			if has && !strings.HasPrefix(strings.ToUpper(strings.TrimLeft(line, " \t\r\n\v\f/*#-")), "GRANT") && !strings.Contains(strings.ToUpper(line), "GRANT") {
				t.Errorf("%q grants %q", line, p)
			}
		}
	})
}

// A pattern of many wild cards takes no time worth speaking of.
func TestGrantsOfManyWildCards(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{{"ünï", "ünï", true}, {"ÜN%", "ünï", false}, {"ä", "ö", false}, {`a\_B\%`, "a_B%", true}, {"Shop", "shop", false}, {`a\_b`, "axb", false}, {"a_b", "axb", true}, {`x\`, `x\`, true}, {"", "", true}, {"", "a", false}, {"%", "", true}, {`\%`, "", false}} {
		if got := likeName(c.pattern, c.name); got != c.want {
			t.Errorf("%s fits %s: %v", c.name, c.pattern, got)
		}
	}
	for pattern, want := range map[string]bool{strings.Repeat("%a", 30) + "b": false, strings.Repeat("%", 60): true, strings.Repeat("%_", 31): false, strings.Repeat("%_", 30): true} {
		start := time.Now()
		if got := likeName(pattern, strings.Repeat("a", 30)); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: took %v", pattern, took)
		}
	}
}

func FuzzReadDefaults(f *testing.F) {
	for _, s := range []string{
		"[client]\nuser = \"a\\tb\" # c\npassword='x#y'\nhost=h\nport=3307\n", "[client]\nssl-mode=VERIFY_CA\nssl-ca=/x\n", "!include /etc/passwd", "[client\nuser=x", "[client]\nport=x", "[mysqld]\nuser=x\n[client-mariadb]\nloose_socket=/s",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file string) {
		site := wordpress.Database{Name: "n", User: "u", Host: "h", Port: 1, TablePrefix: "wp_"}
		db, err := ReadDefaults(strings.NewReader(file), site)
		if db.TablePrefix != "wp_" {
			t.Error("it changes the prefix")
		}
		if !strings.Contains(file, "[") && err == nil && (db.User != "u" || db.Host != "h" || db.Password.Reveal() != "") {
			t.Errorf("%q: what stands in no group counts: %+v", file, db)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error has several lines: %v", file, err)
		}
	})
}

// What listens there may be anything, and say anything.
func FuzzGreeting(f *testing.F) {
	greeting := append([]byte("\x0a8.0.36\x00\x01\x02\x03\x0412345678\x00\xff\xff\x21\x02\x00\xff\xdf\x15"), make([]byte, 24)...)
	f.Add(greeting)
	f.Add([]byte("\xff\x10\x04Too many connections"))
	f.Add([]byte("HTTP/1.1 400 Bad Request"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		flags, err := offeredBy(b)
		if err != nil && flags != 0 {
			t.Errorf("%q: flags %x, %v", b, flags, err)
		}
		if _, err := readWhole(bytes.NewReader(b)); err == nil && len(b) < 5 {
			t.Errorf("%q is a packet", b)
		}
	})
}

// A server's answer is cut into packets whatever it holds, and never beyond its end.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x01\x01\x02\x00\x00\x02\x01x\x05\x00\x00\x03\xfe\x00\x00\x02\x00"))
	f.Add([]byte("\x03\x00\x00\x01\xff\x10\x04"))
	f.Add([]byte("\xff\xff\xff\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := packetReader{r: bytes.NewReader(b)}
		total := 0
		for {
			packet, err := p.next()
			if err != nil {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%q: %v", b, err)
				}
				break
			}
			if total += 4 + len(packet); total > len(b) {
				t.Fatalf("%q: packets of %d bytes", b, total)
			}
			if len(packet) > 0 && packet[0] == 0xff {
				_ = serverError(packet)
			}
			for rest := packet; len(rest) > 0; {
				var err error
				if _, rest, _, err = value(rest); err != nil {
					break
				}
			}
		}
	})
}

// The head of a packet may claim more than will ever come: no memory is taken for it
// beyond a packet's own limit.
func TestPacketThatNeverCame(t *testing.T) {
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], maxFrame)
	p := packetReader{r: bytes.NewReader(head[:])}
	if _, err := p.next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if len(p.buf) > 2*maxFrame {
		t.Errorf("%d bytes of memory for a packet that never came", len(p.buf))
	}
}
