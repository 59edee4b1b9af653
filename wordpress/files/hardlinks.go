package files

import (
	"container/heap"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A hardLink is a file with several names, of which one was yielded.
type hardLink struct {
	inode safefs.Inode
	name  string
	left  uint64 // names not yet found
	size  int64
	mod   syscall.Timespec
	index int // in hardLinks.order
}

// saving is how many bytes the archive grows if the file is forgotten.
func (l *hardLink) saving() uint64 { return l.left * uint64(max(l.size, 0)) }

// cost is about how many bytes of memory the file takes.
func (l *hardLink) cost() int { return len(l.name) + 256 }

// maxHardLinks is the memory for files with several names, in bytes.
const maxHardLinks = 24 << 20

// hardLinks remembers files with several names, in bounded memory. If there is not room
// for all, it keeps those whose content would be repeated most: a tenant could otherwise
// fill it with small files, and have one large file archived under thousands of names.
type hardLinks struct {
	byInode map[safefs.Inode]*hardLink
	order   bySaving
	memory  int
}

// find returns the name under which the content of a file was yielded, or "". If the
// file has changed since, or another file has the inode now, it is not that content.
func (h *hardLinks) find(inode safefs.Inode, st *syscall.Stat_t) string {
	l := h.byInode[inode]
	switch {
	case l == nil:
		return ""
	case l.size != st.Size || l.mod != st.Mtim:
		h.forget(l)
		return ""
	}
	if l.left--; l.left == 0 {
		h.forget(l)
	} else {
		heap.Fix(&h.order, l.index)
	}
	return l.name
}

// add remembers a file that is yielded under a name. It reports whether that was possible
// without forgetting a file.
func (h *hardLinks) add(inode safefs.Inode, name string, st *syscall.Stat_t) (fits bool) {
	fits = true
	left := uint64(st.Nlink) - 1 //nolint:unconvert // 32 bits on arm64
	l := &hardLink{inode: inode, name: name, left: left, size: st.Size, mod: st.Mtim}
	for h.memory+l.cost() > maxHardLinks {
		if len(h.order) == 0 || h.order[0].saving() >= l.saving() {
			return false
		}
		h.forget(h.order[0])
		fits = false
	}
	if h.byInode == nil {
		h.byInode = map[safefs.Inode]*hardLink{}
	}
	h.byInode[inode] = l
	heap.Push(&h.order, l)
	h.memory += l.cost()
	return fits
}

func (h *hardLinks) forget(l *hardLink) {
	heap.Remove(&h.order, l.index)
	delete(h.byInode, l.inode)
	h.memory -= l.cost()
}

// bySaving is a heap; the file that saves least comes first.
type bySaving []*hardLink

func (b bySaving) Len() int           { return len(b) }
func (b bySaving) Less(i, j int) bool { return b[i].saving() < b[j].saving() }

func (b bySaving) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].index, b[j].index = i, j
}

func (b *bySaving) Push(x any) {
	l := x.(*hardLink) //nolint:forcetypeassert // only hardLinks calls it
	l.index = len(*b)
	*b = append(*b, l)
}

func (b *bySaving) Pop() any {
	last := len(*b) - 1
	l := (*b)[last]
	(*b)[last] = nil
	*b = (*b)[:last]
	return l
}
