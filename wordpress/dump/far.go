package dump

import (
	"runtime"
	"syscall"
)

// farSize is more than the longest row takes, with the heads of its packets.
const farSize = maxPacket + maxPacket/maxFrame*8 + 1<<20

// A far is room for a row of any size, outside of Go's heap: it takes as much memory
// as was written to it, where a slice that grows would be there twice.
type far struct{ room []byte }

// openFar reserves the room; it is nil where the system does not let us.
func openFar() *far {
	room, err := syscall.Mmap(-1, 0, farSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	f := &far{room: room}
	runtime.SetFinalizer(f, (*far).close) // for a session that ends with such a row
	return f
}

// close gives the room back; nothing may use it any more.
func (f *far) close() {
	runtime.SetFinalizer(f, nil)
	_ = syscall.Munmap(f.room)
}
