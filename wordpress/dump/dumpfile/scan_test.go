package dumpfile_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
)

func statements(r io.Reader) (all []string, err error) {
	s := dumpfile.NewScanner(r)
	for {
		next, err := s.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprintf("%d %s%s", next.Line, next.Text, next.Delimiter))
	}
}

func TestScan(t *testing.T) {
	long := strings.Repeat("x", 600<<10)
	for in, want := range map[string][]string{
		"":                       nil,
		"-- only a comment":      nil,
		"-- a;\n# b;\nSELECT 1;": {"3 SELECT 1;"},
		"SELECT 1; SELECT 2;\n":  {"1 SELECT 1;", "1 SELECT 2;"},
		"INSERT INTO `a;b` VALUES ('x;y','it''s;','\\';',\"d;\\\"\");\n":               {"1 INSERT INTO `a;b` VALUES ('x;y','it''s;','\\';',\"d;\\\"\");"},
		"/*!40101 SET a=';' */;\n/* ; */ SELECT 1;":                                    {"1 /*!40101 SET a=';' */;", "2 /* ; */ SELECT 1;"},
		"/*M!100203 SET x=1 */;":                                                       {"1 /*M!100203 SET x=1 */;"},
		"DELIMITER ;;\nCREATE TRIGGER a BEGIN x; y; END\n;;\nDELIMITER ;\nDO 0;":       {"2 CREATE TRIGGER a BEGIN x; y; END\n;;", "5 DO 0;"},
		"SELECT 1 -- a;\n+ 2;SELECT 1--2;SELECT 4 # ;\n;":                              {"1 SELECT 1 -- a;\n+ 2;", "2 SELECT 1--2;", "2 SELECT 4 # ;\n;"},
		"SET sql_mode='NO_BACKSLASH_ESCAPES';\nDO '\\';\nSET sql_mode='';\nDO '\\';';": {"1 SET sql_mode='NO_BACKSLASH_ESCAPES';", "2 DO '\\';", "3 SET sql_mode='';", "4 DO '\\';';"},
		"/*!80011 SET @wp_oneway_mode='NO_BACKSLASH_ESCAPES' */;\nSET sql_mode=@wp_oneway_mode, time_zone='+00:00';\nDO '\\';": {
			"1 /*!80011 SET @wp_oneway_mode='NO_BACKSLASH_ESCAPES' */;", "2 SET sql_mode=@wp_oneway_mode, time_zone='+00:00';", "3 DO '\\';",
		},
		"\t\r\n SELECT 1;":                              {"2 SELECT 1;"},
		"--x;\nDO 0;":                                   {"1 --x;", "2 DO 0;"},
		"-  x;\nDO 0;":                                  {"1 -  x;", "2 DO 0;"},
		"SELECT 5 -  1; DO 0;":                          {"1 SELECT 5 -  1;", "1 DO 0;"},
		"-- " + long + "\nDO 0;":                        {"2 DO 0;"},
		"/*!40101 SET a='*/;' */;":                      {"1 /*!40101 SET a='*/;' */;"},
		"/*M!100203 SET a='*/;' */;":                    {"1 /*M!100203 SET a='*/;' */;"},
		"/*M ' */ DO 0;/*M!' */;'*/;":                   {"1 /*M ' */ DO 0;", "1 /*M!' */;'*/;"},
		"DELIMITER ;;\n\n-- c;;\nSELECT 1;;":            {"4 SELECT 1;;"},
		"delimiter $$\nDO '" + long + "';$$\n":          {"2 DO '" + long + "';$$"},
		"DELIMITER " + long[:32] + "\nDO 0" + long[:32]: {"2 DO 0" + long[:32]},
		"SELECT 8/4, 5 - 3, `a\\`;":                     {"1 SELECT 8/4, 5 - 3, `a\\`;"},
		"SELECT '" + long + ";', 1;\nDO 0;":             {"1 SELECT '" + long + ";', 1;", "2 DO 0;"},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in))} {
			if got, err := statements(r); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %.60q: %.200q, %v", name, in, got, err)
			}
		}
	}
}

func TestScanUnfinished(t *testing.T) {
	for _, in := range []string{"SELECT 1", "SELECT 'a;", "SELECT '\\", "SELECT `a;", "SELECT /* ;", "SELECT 1 -- ;", "SELECT 1/", "SELECT 1 /*;", "-", "DELIMITER ;;\nSELECT 1;"} {
		if got, err := statements(strings.NewReader(in)); !errors.Is(err, dumpfile.ErrUnfinished) {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"DELIMITER '\nSELECT 1;", "DELIMITER \n", "DELIMITER x y\n", "DELIMITER ;;", "DELIMITER " + strings.Repeat("x", 33) + "\n", "DELIMITER " + strings.Repeat("x", 1<<20) + "\n"} {
		if got, err := statements(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), "delimiter") {
			t.Errorf("%.40q: %q, %v", in, got, err)
		}
	}
}

// A dump that cannot be read further is not a dump that has ended.
func TestScanUnreadable(t *testing.T) {
	broken := errors.New("the disk is broken")
	in := "-- a\n# b\nDELIMITER ;;\n/* c */ SELECT 'd\\'' -- e\n + `f`/*!g*/;;\nDELIMITER ;\nDO 0;\n"
	for n := range len(in) + 1 {
		_, err := statements(io.MultiReader(strings.NewReader(in[:n]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) && !(err != nil && strings.Contains(err.Error(), "delimiter")) {
			t.Errorf("after %q: %v", in[:n], err)
		}
	}
	if _, err := dumpfile.CheckEnd(io.MultiReader(bytes.NewReader(dump("x\n")), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := dumpfile.WriteTables(io.Discard, iotest.ErrReader(broken), nil); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestScanKeep(t *testing.T) {
	s := dumpfile.NewScanner(strings.NewReader("DO 1;\nDO 2;"))
	first, err := s.Next()
	s.Keep(nil)
	second, err2 := s.Next()
	if err := errors.Join(err, err2); err != nil || string(first.Text) != "DO 1" || string(second.Text) != "DO 2" {
		t.Errorf("%q, %q, %v", first.Text, second.Text, err)
	}
}

func dump(body string) []byte {
	return fmt.Appendf(nil, "%s-- Dump completed at 2026-11-23T03:00:00Z tables=2 rows=3 sha256=%x\n", body, sha256.Sum256([]byte(body)))
}

func TestCheckEnd(t *testing.T) {
	for _, body := range []string{"", "x\n", strings.Repeat("INSERT;\n", 5000), strings.Repeat("-- Dump completed at \n", 100)} {
		good := dump(body)
		for _, r := range []io.Reader{bytes.NewReader(good), iotest.OneByteReader(bytes.NewReader(good))} {
			if got, err := dumpfile.CheckEnd(r); err != nil || got != (dumpfile.Totals{Tables: 2, Rows: 3}) {
				t.Errorf("%.20q: %+v, %v", body, got, err)
			}
		}
		for cut := 1; cut < min(len(good), 300); cut++ {
			if _, err := dumpfile.CheckEnd(bytes.NewReader(good[:len(good)-cut])); !errors.Is(err, dumpfile.ErrTruncated) {
				t.Errorf("%.20q without %d bytes: %v", body, cut, err)
			}
		}
		if len(body) > 0 {
			bad := bytes.Clone(good)
			bad[len(body)/2] ^= 1
			if _, err := dumpfile.CheckEnd(bytes.NewReader(bad)); err == nil {
				t.Errorf("%.20q: a changed byte is not found", body)
			}
		}
		if _, err := dumpfile.CheckEnd(bytes.NewReader(append(bytes.Clone(good), "DROP DATABASE x;\n"...))); err == nil {
			t.Errorf("%.20q: a statement after the end is not found", body)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("DELIMITER ;;\nSELECT 'a;' -- x\n;;/*!1 x */;"))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, err1 := statements(bytes.NewReader(in))
		single, err2 := statements(iotest.OneByteReader(bytes.NewReader(in)))
		if !reflect.DeepEqual(whole, single) || (err1 == nil) != (err2 == nil) {
			t.Errorf("%q, %v; byte by byte %q, %v", whole, err1, single, err2)
		}
		for _, s := range whole {
			_, text, _ := strings.Cut(s, " ")
			if !bytes.Contains(in, []byte(text[:len(text)-1])) {
				t.Errorf("%q is not in the dump", text)
			}
		}
	})
}
