package main

import (
	"os"
	"runtime/debug"
)

// Soft limits of the memory that Go's runtime manages, in bytes. An agent and one
// worker together stay below 96 MiB of anonymous memory while one site is backed
// up. The 8 MiB between the limits and that bound are for what the runtime does not
// manage: the program's variables and the mapped buffer of the largest row.
const (
	// agentMemory is for the streams of one site: up to 32 MiB of blocks, 24 MiB for
	// compressing, and the rest for connections and the garbage collector.
	agentMemory = 64 << 20
	// workerMemory is for the dump, the tar writer and the pipes.
	workerMemory = 24 << 20
	// siteMemory is for each further site that is backed up at the same time.
	siteMemory = 56 << 20
	// denseMemory is what two zstd encoders use from level 10 on, beyond their usual 6 MiB each.
	denseMemory = 2 * 32 << 20
	// denseLevel is the lowest such level.
	denseLevel = 10
)

// limitMemory sets the runtime's soft memory limit, unless the operator has set
// GOMEMLIMIT. Below the limit the garbage collector runs at Go's usual pace.
func limitMemory(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}

// backupMemory is the limit for backing up that many sites at the same time, in
// bytes; dense says that one of them is compressed at denseLevel or higher.
func backupMemory(sites int, dense bool) int64 {
	sites = max(sites, 1)
	limit := int64(agentMemory) + int64(sites-1)*siteMemory
	if dense {
		limit += int64(sites) * denseMemory
	}
	return limit
}
