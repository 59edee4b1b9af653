package mysql

import (
	"bytes"
	"testing"
)

func TestFrames(t *testing.T) {
	for _, n := range []int{0, 1, maxFrame - 2, maxFrame - 1, maxFrame, 2*maxFrame - 1, 2*maxFrame + 5} {
		body := bytes.Repeat([]byte{'x'}, n)
		all := bytes.Join(frames([][]byte{{3}, body[:n/2], body[n/2:]}), nil)
		reader := packetReader{r: bytes.NewReader(all), limit: maxPacket}
		got, err := reader.next()
		if err != nil || len(got) != n+1 || got[0] != 3 || reader.to != reader.from {
			t.Errorf("%d bytes: %d came, %d are left, %v", n, len(got), reader.to-reader.from, err)
		}
	}
}
