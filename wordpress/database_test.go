package wordpress

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// JSON keeps every byte of a connection, and contains the password only with Revealed.
func TestDatabaseJSON(t *testing.T) {
	db := Database{
		Name: "n\xff", User: "u\xc3", Password: "p\x80", Host: "h", Port: 3307, Socket: "/s\xfe", Charset: "utf8mb4", Collate: "c", TablePrefix: "t\xff_",
		CustomTables: []string{"x\xff", "y"}, TLS: TLS{Enabled: true, SkipVerify: true, CAFile: "/ca\xff", CertFile: "/cert", KeyFile: "/key", Verify: VerifyCA}, Operator: &Operator{UID: 7, TLS: true},
		Origin: Origin{Server: "the option file", Account: "a", Name: "--database"},
	}
	for i := range reflect.TypeOf(db).NumField() {
		if f := reflect.TypeOf(db).Field(i); f.IsExported() && reflect.ValueOf(db).Field(i).IsZero() {
			t.Errorf("the test sets no %s", f.Name)
		}
	}
	roundTrip := func(in Database) (text string, out Database) {
		b, err := json.Marshal(struct{ DB Database }{in})
		if err != nil {
			t.Fatal(err)
		}
		var into struct{ DB Database }
		if err := json.Unmarshal(b, &into); err != nil {
			t.Fatal(err)
		}
		return string(b), into.DB
	}
	if _, got := roundTrip(db.Revealed()); !reflect.DeepEqual(got, db) {
		t.Errorf("revealed: got %+v, want %+v", got, db)
	}
	text, got := roundTrip(db)
	want := db
	want.Password = ""
	if !reflect.DeepEqual(got, want) || strings.Contains(text, "password") {
		t.Errorf("not revealed: got %+v of %s", got, text)
	}
	if _, again := roundTrip(got); again.Password != "" {
		t.Error("what was read reveals a password")
	}
}
