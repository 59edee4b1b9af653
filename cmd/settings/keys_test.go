package settings

import (
	"reflect"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// fieldKeys returns the keys of a settings struct, and whether each is in SiteSetting.
func fieldKeys(t reflect.Type, prefix string, perSite bool, found map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue // no key
		}
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		switch {
		case options == "squash":
			fieldKeys(f.Type, prefix, perSite || f.Type == reflect.TypeFor[SiteSetting](), found)
		case f.Type.Kind() == reflect.Struct && f.Type.NumField() > 0 && f.Type.Field(0).Tag.Get("mapstructure") != "":
			fieldKeys(f.Type, prefix+name+".", perSite, found)
		default:
			found[prefix+name] = perSite
		}
	}
}

// Every field of the settings has a key in the table, and every key has a field. The table says
// which keys an entry of sites may have.
func TestKeyTableMatchesSettings(t *testing.T) {
	fields := map[string]bool{}
	fieldKeys(reflect.TypeFor[settings](), "", false, fields)
	for _, k := range Keys().Leaves() {
		perSite, ok := fields[k.Name]
		if !ok {
			t.Errorf("the key %s has no field in the settings", k.Name)
		}
		if perSite == k.Global {
			t.Errorf("the key %s: Global is %v, but in siteSetting is %v", k.Name, k.Global, perSite)
		}
		delete(fields, k.Name)
	}
	for name := range fields {
		t.Errorf("the field %s is not in the table of keys", name)
	}
	entries := map[string]reflect.Type{"sites": reflect.TypeFor[Site](), "sinks": reflect.TypeFor[Sink](), "schedules": reflect.TypeFor[Schedule](), "hooks": reflect.TypeFor[hookSetting]()}
	for _, list := range Keys().Leaves() {
		if list.Form != keys.Entries {
			continue
		}
		entry, ok := entries[list.Name]
		if !ok {
			t.Errorf("the list %s: add the struct of its entries to this test", list.Name)
			continue
		}
		found := map[string]bool{}
		fieldKeys(entry, "", false, found)
		for _, k := range Keys().Entry(list).Leaves() {
			if _, ok := found[k.Name]; !ok {
				t.Errorf("an entry of %s: the key %s has no field", list.Name, k.Name)
			}
			delete(found, k.Name)
		}
		for name := range found {
			t.Errorf("an entry of %s: the field %s is not in the table of keys", list.Name, name)
		}
	}
}

// Every key has a help text, an environment variable and a flag of its own. It has an example if
// its default shows nothing.
func TestEveryKeyIsDescribed(t *testing.T) {
	variables, flags := map[string]string{}, map[string]string{}
	var check func(where string, table keys.Table)
	check = func(where string, table keys.Table) {
		for _, k := range table {
			name := where + k.Name
			if len(k.Help) < 10 || strings.HasSuffix(k.Help, ".") {
				t.Errorf("%s: its Help must be a sentence without a final stop: %q", name, k.Help)
			}
			if k.Form == "" {
				t.Errorf("%s has no Form", name)
			}
			if v := k.Value(); (reflect.ValueOf(v).Kind() == reflect.String || reflect.ValueOf(v).Kind() == reflect.Slice) && reflect.ValueOf(v).Len() == 0 && k.Example == "" && k.Form != keys.Groups {
				t.Errorf("%s has no default, and needs an Example", name)
			}
			check(name+": ", k.Keys)
		}
	}
	check("", Keys())
	for _, k := range Keys().Leaves() {
		if other := variables[keys.EnvName(k.Name)]; other != "" {
			t.Errorf("%s and %s have the same environment variable", k.Name, other)
		}
		variables[keys.EnvName(k.Name)] = k.Name
		if other := flags[k.FlagName()]; other != "" && k.Flag != "-" {
			t.Errorf("%s and %s have the same flag", k.Name, other)
		}
		flags[k.FlagName()] = k.Name
	}
}
