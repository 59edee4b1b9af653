// Package process limits what the program uses of a host: its memory, its priority, and the load
// at which a backup starts.
package process

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// Soft limits of the memory that Go's runtime manages, in bytes. While one site is backed up, an
// agent and one worker together use less than 96 MiB of anonymous memory. limits.memory limits
// this sum.
const (
	// AgentMemory is for two streams of one site: up to 32 MiB of blocks, 24 MiB for
	// compressing, and the rest for connections and the garbage collector.
	AgentMemory = 64 << 20
	// WorkerMemory is for the dump, the tar writer and the pipes.
	WorkerMemory = 24 << 20
	// unmanagedMemory is for what the runtime does not manage: the program's variables and
	// the mapped buffer of the largest row.
	unmanagedMemory = 8 << 20
	// siteMemory is for each additional site that is backed up at the same time.
	siteMemory = 56 << 20
	// denseMemory is what two zstd encoders use from level 10 on, beyond their usual 6 MiB each.
	denseMemory = 2 * 32 << 20
	// DenseLevel is the lowest compression level that needs denseMemory.
	DenseLevel = 10
)

// LimitMemory sets the soft memory limit of Go's runtime, in bytes, unless the operator has set
// GOMEMLIMIT. Below the limit, the garbage collector runs as often as usual.
func LimitMemory(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}

// A MemoryPlan says how a backup uses its memory.
type MemoryPlan struct {
	Sites  int   // number of sites that are backed up at the same time
	Blocks int   // number of blocks in the upload pool of each site
	Soft   int64 // soft limit of the agent's own process, in bytes
}

// total returns the memory that the agent and its workers use together, in bytes.
func (p MemoryPlan) total() int64 { return p.Soft + int64(p.Sites)*(WorkerMemory+unmanagedMemory) }

// newMemoryPlan returns the plan for that many sites and blocks. dense means that one of the
// sites is compressed at DenseLevel or higher.
func newMemoryPlan(sites, blocks int, dense bool) MemoryPlan {
	soft := int64(AgentMemory) + int64(sites-1)*siteMemory + int64(sites)*int64(blocks-transfer.PoolBlocks(2))*sinks.BlockSize
	if dense {
		soft += int64(sites) * denseMemory
	}
	return MemoryPlan{sites, blocks, soft}
}

// PlanMemory plans a backup of several sites at the same time, each with that many streams,
// within a number of bytes. If the bytes are too few for all sites, the plan has fewer sites. 0
// bytes means no limit: the plan then has the usual size. It fails if not even one site fits.
func PlanMemory(bytes int64, sites, streams int, dense bool) (MemoryPlan, error) {
	sites = max(sites, 1)
	if bytes == 0 {
		return newMemoryPlan(sites, transfer.PoolBlocks(streams), dense), nil
	}
	leastBlocks := transfer.LeastPoolBlocks(streams)
	if least := newMemoryPlan(1, leastBlocks, dense).total(); bytes < least {
		hint := ""
		if dense {
			hint = fmt.Sprintf(", or a level of compression below %d", DenseLevel)
		}
		return MemoryPlan{}, fmt.Errorf("'limits.memory' is %s, too little for one site; give at least %s%s", humanize.IBytes(uint64(bytes)), humanize.IBytes(uint64(least)), hint)
	}
	for newMemoryPlan(sites, leastBlocks, dense).total() > bytes {
		sites--
	}
	rest := bytes - newMemoryPlan(sites, leastBlocks, dense).total()
	blocks := int64(leastBlocks) + rest/int64(sites)/sinks.BlockSize
	plan := newMemoryPlan(sites, int(min(blocks, int64(transfer.MostPoolBlocks(streams)))), dense)
	plan.Soft += bytes - plan.total()
	return plan, nil
}
