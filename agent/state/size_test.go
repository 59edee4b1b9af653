package state

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestCheckSizes(t *testing.T) {
	for _, c := range []struct {
		key         string
		count, size [2]int64 // before and now
		want        []string
	}{
		{"database a", [2]int64{10, 5}, [2]int64{10, 5}, nil}, // half is not less than half
		{"database a", [2]int64{11, 5}, [2]int64{10, 5}, []string{"database: less than half of what run holds: 11 rows then, 5 now"}},
		{"database a", [2]int64{0, 0}, [2]int64{11, 5}, []string{"database: less than half of what run holds: 11 bytes then, 5 now"}},
		{"files a", [2]int64{1, 0}, [2]int64{1, 0}, []string{"files: less than half of what run holds: 1 files then, 0 now", "files: less than half of what run holds: 1 bytes then, 0 now"}},
		{"files a", [2]int64{1, 100}, [2]int64{0, 1 << 62}, nil},
		{"files a", [2]int64{1 << 62, 1}, [2]int64{1<<63 - 1, 1 << 62}, []string{"files: less than half of what run holds: 4611686018427387904 files then, 1 now"}},
		{"files b", [2]int64{10, 1}, [2]int64{10, 1}, nil}, // not known before
	} {
		before := map[string]Size{"database a": {Run: "run", Count: c.count[0], Bytes: c.size[0]}, "files a": {Run: "run", Count: c.count[0], Bytes: c.size[0]}}
		s := Site{Sizes: before}
		if got := s.CheckSizes(map[string]Size{c.key: {Count: c.count[1], Bytes: c.size[1]}}); !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestOldSelectionsAreForgotten(t *testing.T) {
	s := Site{Sizes: map[string]Size{}}
	for i := range 3 * maxSizes {
		s.KeepSizes(map[string]Size{fmt.Sprint(i): {Time: time.Unix(int64(i), 0)}})
	}
	if len(s.Sizes) != maxSizes {
		t.Errorf("%d are remembered", len(s.Sizes))
	}
	if _, ok := s.Sizes[fmt.Sprint(3*maxSizes-1)]; !ok {
		t.Error("the last one is forgotten")
	}
	if _, ok := s.Sizes["0"]; ok {
		t.Error("the first one is remembered")
	}
}
