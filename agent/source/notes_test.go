package source

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// Whatever the names of the files, the notes about them fit into an event.
func TestLongNamesFitIntoAnEvent(t *testing.T) {
	for _, name := range []string{strings.Repeat("d", 4000), strings.Repeat("<", 4000), strings.Repeat(`"`, 4000), strings.Repeat("ü", 2000), strings.Repeat("\xff", 4000), strings.Repeat("\x01\u2028", 900)} {
		var f Findings
		for _, notes := range []*wordpress.Notes{&f.Warnings, &f.Unreadable, &f.Privileges} {
			for range wordpress.MaxNotes + 1 {
				notes.Add(name + ": is a FIFO: left out")
			}
		}
		var pipe bytes.Buffer
		if err := newEventWriter(&pipe).send(event{Findings: &f}); err != nil {
			t.Fatal(err)
		}
		e, err := readEvent(bufio.NewReader(&pipe), maxEvent)
		if err != nil {
			t.Errorf("%.5q…: %v", name, err)
			continue
		}
		got := e.Findings.Warnings
		if n := len(got.Items); got.Total != wordpress.MaxNotes+1 || n < 1000 || !strings.HasSuffix(got.Items[n-1], ": is a FIFO: left out") {
			t.Errorf("%.5q…: %d notes of %d", name, n, got.Total)
		}
	}
}
