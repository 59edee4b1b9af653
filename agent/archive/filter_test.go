package archive

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestCompression(t *testing.T) {
	for _, test := range []struct {
		name   string
		level  int
		suffix string
		want   string // of the error
	}{
		{"zstd", 0, ".zst", ""},
		{"zstd", 1, ".zst", ""},
		{"zstd", 22, ".zst", ""},
		{"gzip", 0, ".gz", ""},
		{"gzip", 9, ".gz", ""},
		{"none", 0, "", ""},
		{"zstd", 23, "", "zstd has the levels 1 to 22"},
		{"zstd", -1, "", "zstd has the levels 1 to 22"},
		{"gzip", 10, "", "gzip has the levels 1 to 9"},
		{"gzip", -3, "", "gzip has the levels 1 to 9"},
		{"none", 3, "", "none has no levels"},
		{"", 0, "", "use zstd, gzip or none"},
		{"ZSTD", 0, "", "use zstd, gzip or none"},
		{"xz", 0, "", `"xz": unknown`},
	} {
		filters, err := Compression(test.name, test.level)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s %d: %v; want %q", test.name, test.level, err, test.want)
		}
		if Suffix(filters...) != test.suffix {
			t.Errorf("%s %d: suffix %q", test.name, test.level, Suffix(filters...))
		}
	}
}

// The standard tool opens streams of every level, and higher levels are not larger.
func TestLevels(t *testing.T) {
	data := sqlText(256 << 10)
	for _, name := range []string{"zstd", "gzip"} {
		last := len(data)
		for level := 1; ; level++ {
			filters, err := Compression(name, level)
			if err != nil {
				break
			}
			packed := filtered(t, data, 1<<20, filters...)
			if len(packed) > last+last/100 {
				t.Errorf("%s: %d bytes at level %d, %d at the level before", name, len(packed), level, last)
			}
			last = len(packed)
			if got := mustRun(t, bytes.NewReader(packed), nil, name, "-dc"); !bytes.Equal(got, data) {
				t.Errorf("%s %d: got %d bytes back", name, level, len(got))
			}
		}
	}
	if _, err := Chain(io.Discard, Gzip(10)); err == nil {
		t.Error("gzip accepts level 10")
	}
}

// The zstd tool sees frames with a checksum and windows that need no --long.
func TestZstdFrames(t *testing.T) {
	packed := filtered(t, append(sqlText(5<<20), media(4<<20)...), 1<<20, Zstd(0))
	file := t.TempDir() + "/x.zst"
	write := bytes.NewReader(packed)
	mustRun(t, write, nil, "dd", "of="+file)
	list := squeeze(string(mustRun(t, nil, nil, "zstd", "-lv", file)))
	for _, want := range []string{"Zstandard Frames: 6", "Check: XXH64"} {
		if !strings.Contains(list, want) {
			t.Errorf("no %q in %s", want, list)
		}
	}
	if got := mustRun(t, bytes.NewReader(packed), nil, "zstd", "-dc", "--memory=4MB"); len(got) != 9<<20 {
		t.Errorf("got %d bytes back", len(got))
	}
	// A changed bit is detected, in a compressed frame and in a stored one.
	for _, at := range []int{1000, len(packed) - 1000} {
		packed[at] ^= 1
		if _, err := tool(t, bytes.NewReader(packed), nil, "zstd", "-dc"); err == nil {
			t.Errorf("zstd does not detect a changed bit in byte %d of %d", at, len(packed))
		}
		packed[at] ^= 1
	}
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// The default compression is as good as that of the standard tool, within 3 %.
func TestSizeComparedWithStockTools(t *testing.T) {
	data := slices.Concat(sqlText(12<<20), media(1<<20))
	for _, test := range []struct {
		filter  Filter
		command []string
	}{
		{Zstd(0), []string{"zstd", "-3", "-c"}},
		{Gzip(0), []string{"gzip", "-c"}},
	} {
		ours := len(filtered(t, data, 1<<20, test.filter))
		stock := len(mustRun(t, bytes.NewReader(data), nil, test.command[0], test.command[1:]...))
		if float64(ours) > 1.03*float64(stock) {
			t.Errorf("%s: %d bytes, %s: %d", test.filter.Name, ours, strings.Join(test.command, " "), stock)
		}
		t.Logf("%s: %.4f of the stock tool's size", test.filter.Name, float64(ours)/float64(stock))
	}
}
