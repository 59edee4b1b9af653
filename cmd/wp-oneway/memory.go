package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// gcPercent has the garbage collector run often: the streams' own memory is bounded
// by the agent, and what is thrown away in between should not double it.
const gcPercent = 8

// leanEvery is how often pages are given back that were touched in passing: often
// enough that those of setting up are gone before the streams have their memory.
const leanEvery = 250 * time.Millisecond

// saveMemory keeps the process small, for as long as it lives. Start-up, and
// later each new thing it turns to, touches much of the binary and never comes
// back to it: the pages of its read-only mappings are given back now and then, and
// what is needed again comes from the page cache, at the price of a few hundred
// minor faults. It is a courtesy; where it cannot be done, nothing is lost.
func saveMemory() {
	debug.SetGCPercent(gcPercent)
	giveBack()
	go func() {
		for range time.Tick(leanEvery) {
			giveBack()
		}
	}()
}

// giveBack unmaps the binary's read-only pages from memory.
func giveBack() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to uintptr
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil {
			continue
		}
		if (rights != "r-xp" && rights != "r--p") || !strings.HasSuffix(lines.Text(), " "+exe) {
			continue
		}
		region := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), from)), int(to-from)) //nolint:gosec // a mapping of our own
		_ = unix.Madvise(region, unix.MADV_DONTNEED)
	}
}
