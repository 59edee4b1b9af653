package mysql

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// stream returns rows of the given sizes, each of one repeated letter, as a server
// sends them.
func stream(sizes ...int) io.Reader {
	var parts []io.Reader
	for i, size := range sizes {
		for n := maxFrame; n == maxFrame; size -= n {
			n = min(size, maxFrame)
			parts = append(parts, bytes.NewReader([]byte{byte(n), byte(n >> 8), byte(n >> 16), 0}), io.LimitReader(letters('a'+i), int64(n)))
		}
	}
	return io.MultiReader(parts...)
}

type letters byte

func (l letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(l)
	}
	return len(p), nil
}

// reserved returns the size of the process's address space.
func reserved(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n * int64(os.Getpagesize())
}

// A very long row is in memory once, and is freed with the next one.
func TestLongRowIsInMemoryOnce(t *testing.T) {
	const giant = 64 << 20
	sizes := []int{5, giant, 7, 3*maxFrame - 1, 2 * maxFrame, readSize, 1 << 20, 9}
	read := func() (allocated uint64, held int64) {
		p := packetReader{limit: maxPacket, r: stream(sizes...)}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		from := reserved(t)
		for i, size := range sizes {
			row, err := p.next()
			if err != nil || len(row) != size || bytes.Count(row, []byte{byte('a' + i)}) != size {
				t.Fatalf("row %d: %d bytes, %v; want %d", i, len(row), err, size)
			}
			if i == 1 {
				runtime.ReadMemStats(&after)
				allocated = after.TotalAlloc - before.TotalAlloc
			}
			if i == 2 {
				held = reserved(t) - from
			}
		}
		if p.mmap != nil || len(p.buf) > 4*maxFrame {
			t.Errorf("%d bytes are kept", len(p.buf))
		}
		return allocated, held
	}
	if allocated, held := read(); allocated > 2*maxFrame+1<<20 || held > mmapSize/2 {
		t.Errorf("a row of %d bytes took %d of Go's memory; %d stay reserved after it", giant, allocated, held)
	}
	var usual syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &usual); err != nil {
		t.Fatal(err)
	}
	limited := syscall.Rlimit{Cur: uint64(reserved(t)) + mmapSize/2, Max: usual.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limited); err != nil {
		t.Fatal(err)
	}
	none := newMmapBuffer()
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &usual); err != nil {
		t.Fatal(err)
	}
	if none != nil {
		t.Error("memory was reserved beyond the limit")
	}
}
