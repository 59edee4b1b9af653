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
	for what, name := range map[string]string{
		"plain": strings.Repeat("d", 4000), "HTML": strings.Repeat("<", 4000), "quotes": strings.Repeat(`"`, 4000),
		"two bytes": strings.Repeat("ü", 2000), "no UTF-8": strings.Repeat("\xff", 4000), "escaped": strings.Repeat("\x01\u2028", 900),
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var f Findings
			for _, notes := range []*wordpress.Notes{&f.Warnings, &f.Unreadable, &f.Privileges} {
				for range wordpress.MaxNotes + 1 {
					notes.Add(name + ": is a FIFO: left out")
				}
			}
			var pipe bytes.Buffer
			if err := newEventWriter(&pipe, 0).send(event{Findings: &f}); err != nil {
				t.Fatal(err)
			}
			e, err := readEvent(bufio.NewReader(&pipe), maxEvent)
			if err != nil {
				t.Fatal(err)
			}
			got := e.Findings.Warnings
			if n := len(got.Items); got.Total != wordpress.MaxNotes+1 || n < 1000 || !strings.HasSuffix(got.Items[n-1], ": is a FIFO: left out") {
				t.Errorf("%d notes of %d", n, got.Total)
			}
		})
	}
}
