package archive

import (
	"bytes"
	"testing"
)

func TestRoundTripStockTools(t *testing.T) {
	data := bytes.Repeat([]byte("INSERT INTO wp_posts VALUES (1,'hello');\n"), 20000)
	for _, o := range openers(t) {
		t.Run(o.name, func(t *testing.T) {
			var out bytes.Buffer
			s, err := Chain(&out, o.filter)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Write(data); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := o.open(t, &out)
			if err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%d bytes came back of %d: %v", len(got), len(data), err)
			}
		})
	}
}
