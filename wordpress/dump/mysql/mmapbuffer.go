package mysql

import (
	"runtime"
	"syscall"
)

// mmapSize is more than the longest row takes, with the headers of its packets.
const mmapSize = maxPacket + maxPacket/maxFrame*8 + 1<<20

// An mmapBuffer holds a row of any size outside Go's heap. It takes as much memory as
// was written to it, while a growing slice would be in memory twice.
type mmapBuffer struct{ bytes []byte }

// newMmapBuffer reserves the address space; it returns nil if the system refuses.
func newMmapBuffer() *mmapBuffer {
	bytes, err := syscall.Mmap(-1, 0, mmapSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	m := &mmapBuffer{bytes}
	runtime.SetFinalizer(m, (*mmapBuffer).free) // for a session that ends with such a row
	return m
}

// free returns the memory; nothing may use it any more.
func (m *mmapBuffer) free() {
	runtime.SetFinalizer(m, nil)
	_ = syscall.Munmap(m.bytes)
}
