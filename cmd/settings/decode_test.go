package settings

import (
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/cmd/process"
)

func TestByteRates(t *testing.T) {
	for text, want := range map[string]byteRate{
		"": 0, "0": 0, "20MiB/s": 20 << 20, "20 MiB/s": 20 << 20, "20MB": 20_000_000, "512KiB/s": 512 << 10, "1G": 1_000_000_000, "65536": 65536,
	} {
		var l limits
		if err := decode(map[string]any{"bandwidth": text}, &l); err != nil || l.Bandwidth != want {
			t.Errorf("%q: %d, %v; want %d", text, l.Bandwidth, err, want)
		}
	}
	for _, text := range []string{"20", "fast", "-5MiB/s", "20Mbit/s", "1e99GB", "99999999EB", "/s"} {
		var l limits
		if err := decode(map[string]any{"bandwidth": text}, &l); err == nil {
			t.Errorf("%q was taken as %d", text, l.Bandwidth)
		} else if !strings.Contains(err.Error(), "20MiB/s") {
			t.Errorf("%q: the error does not say how to write it: %v", text, err)
		}
	}
	var l limits // a bare number in YAML
	if err := decode(map[string]any{"bandwidth": 1 << 20}, &l); err != nil || l.Bandwidth != 1<<20 {
		t.Errorf("%d, %v", l.Bandwidth, err)
	}
}

func TestIOPriorityInTheConfiguration(t *testing.T) {
	for text, want := range map[string]process.IOPriority{"idle": 3 << 13, "3": 3 << 13, "best-effort:7": 2<<13 | 7, "2:0": 2 << 13} {
		var set settings
		if err := decode(map[string]any{"limits": map[string]any{"ionice": text}}, &set); err != nil || set.Limits.IONice != want {
			t.Errorf("%s: got %#x, want %#x (%v)", text, set.Limits.IONice, want, err)
		}
	}
}

// Most sites of a large host have no settings of their own. Their entry is not decoded field by
// field, but has the same result.
func TestSitesWithoutSettingsAreCheap(t *testing.T) {
	flags := pflag.NewFlagSet("backup", pflag.ContinueOnError)
	Keys().AddFlags(flags, "kind", "exclude")
	if err := flags.Parse([]string{"--kind", "db", "--exclude", "*.tmp"}); err != nil {
		t.Fatal(err)
	}
	c, err := merge(&keys.File{}, "", flags)
	if err != nil {
		t.Fatal(err)
	}
	var got, want Site
	if n := testing.AllocsPerRun(20, func() {
		if got, err = c.DecodeSite(map[string]any{"path": "/srv/shop"}); err != nil {
			t.Fatal(err)
		}
	}); n > 20 {
		t.Errorf("a site without settings allocates %v times", n)
	}
	if want, err = c.DecodeSite(map[string]any{"path": "/srv/shop", "ignore": ""}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v (%v)", got, want, err)
	}
}
