package sitetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// WantNotes checks notes. Each element of want is "name: part of the text".
func WantNotes(t *testing.T, kind string, got wordpress.Notes, want ...string) {
	t.Helper()
	if got.Total != len(want) || len(got.Items) != len(want) {
		t.Errorf("%s: got %q, want %q", kind, got.Items, want)
		return
	}
	for i, item := range slices.Sorted(slices.Values(got.Items)) {
		name, says, _ := strings.Cut(want[i], ": ")
		if !strings.HasPrefix(item, name+": ") || !strings.Contains(item, says) {
			t.Errorf("%s: got %q, want %q", kind, item, want[i])
		}
	}
}
