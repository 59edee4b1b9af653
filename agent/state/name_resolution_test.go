package state

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestByOwner(t *testing.T) {
	for _, tt := range []struct {
		owners []uint32 // 0: the site was not found
		want   [][]int
	}{
		{nil, nil},
		{[]uint32{7, 7, 7}, [][]int{{0, 1, 2}}},
		{[]uint32{7, 8, 7, 9, 8}, [][]int{{0, 2}, {1, 4}, {3}}},
		{[]uint32{7, 0, 7, 0, 8}, [][]int{{0, 2}, {4}, {1, 3}}},
	} {
		candidates := make([]*Candidate, len(tt.owners))
		for i, uid := range tt.owners {
			if uid != 0 {
				candidates[i] = &Candidate{UID: uid}
			}
		}
		r := ResolveNames(Dirs{State: t.TempDir()}, candidates, time.Time{}, nil)
		if got := r.ByOwner(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.owners, got, tt.want)
		}
	}
}

// A site that is refused its name, ignored or not found is not registered as the
// site of a folder that others must not write to, except a refused one: it exists.
func TestRoots(t *testing.T) {
	r := ResolveNames(Dirs{State: t.TempDir()}, []*Candidate{
		{Name: "a", ID: "1", Path: "/1", Root: "/1"},
		{Name: "a", ID: "2", Path: "/2", Root: "/2"},
		nil,
		{Name: "b", ID: "3", Path: "/3", Root: "/3", Ignored: true},
		{Name: "c", ID: "4", Path: "/4", Root: "/4", Unconfigured: true},
		{Name: "d", ID: "5", Path: "/5", Root: "/5"},
	}, time.Time{}, nil)
	if got := r.Roots(); !slices.Equal(got, []string{"/1", "/2", "/5"}) {
		t.Errorf("got %q", got)
	}
	if r.Refused(0) == nil || r.Refused(1) == nil || r.Refused(5) != nil {
		t.Errorf("refused: %v, %v, %v", r.Refused(0), r.Refused(1), r.Refused(5))
	}
}
