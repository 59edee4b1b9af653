package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// Soft limits of the memory that Go's runtime manages, in bytes. An agent and one
// worker together stay below 96 MiB of anonymous memory while one site is backed
// up: limits.memory is the sum.
const (
	// agentMemory is for two streams of one site: up to 32 MiB of blocks, 24 MiB for
	// compressing, and the rest for connections and the garbage collector.
	agentMemory = 64 << 20
	// workerMemory is for the dump, the tar writer and the pipes.
	workerMemory = 24 << 20
	// unmanagedMemory is for what the runtime does not manage: the program's variables and
	// the mapped buffer of the largest row.
	unmanagedMemory = 8 << 20
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

// A memoryPlan is how a backup uses the memory that it may use.
type memoryPlan struct {
	sites  int   // that are backed up at the same time
	blocks int   // of the upload pool, for each site
	soft   int64 // limit of the agent's own process, in bytes
}

// total is the memory that the agent and its workers use together, in bytes.
func (p memoryPlan) total() int64 { return p.soft + int64(p.sites)*(workerMemory+unmanagedMemory) }

// newMemoryPlan is the plan for that many sites and blocks; dense says that one of the
// sites is compressed at denseLevel or higher.
func newMemoryPlan(sites, blocks int, dense bool) memoryPlan {
	soft := int64(agentMemory) + int64(sites-1)*siteMemory + int64(sites)*int64(blocks-transfer.PoolBlocks(2))*sinks.BlockSize
	if dense {
		soft += int64(sites) * denseMemory
	}
	return memoryPlan{sites, blocks, soft}
}

// planMemory fits a backup of several sites at the same time, each with one stream or two,
// into a number of bytes, with fewer sites if that is too little. With 0 bytes nothing is
// limited but the usual use. It fails if one site does not fit.
func planMemory(bytes byteSize, sites, streams int, dense bool) (memoryPlan, error) {
	sites = max(sites, 1)
	if bytes == 0 {
		return newMemoryPlan(sites, transfer.PoolBlocks(streams), dense), nil
	}
	leastBlocks := transfer.LeastPoolBlocks(streams)
	if least := newMemoryPlan(1, leastBlocks, dense).total(); int64(bytes) < least {
		hint := ""
		if dense {
			hint = fmt.Sprintf(", or a level of compression below %d", denseLevel)
		}
		return memoryPlan{}, fmt.Errorf("'limits.memory' is %s, too little for one site; give at least %s%s", humanize.IBytes(uint64(bytes)), humanize.IBytes(uint64(least)), hint)
	}
	for newMemoryPlan(sites, leastBlocks, dense).total() > int64(bytes) {
		sites--
	}
	rest := int64(bytes) - newMemoryPlan(sites, leastBlocks, dense).total()
	blocks := int64(leastBlocks) + rest/int64(sites)/sinks.BlockSize
	plan := newMemoryPlan(sites, int(min(blocks, int64(transfer.MostPoolBlocks(streams)))), dense)
	plan.soft += int64(bytes) - plan.total()
	return plan, nil
}

// planMemory is the plan of the configuration. It says if that has fewer sites than
// limits.sites.
func (a *app) planMemory(jobs []agent.Job, dense bool) (memoryPlan, error) {
	limits, streams := a.config.Limits, 1
	if slices.ContainsFunc(jobs, func(j agent.Job) bool { return j.Kind == manifest.Full }) {
		streams = 2
	}
	plan, err := planMemory(limits.Memory, limits.Sites, streams, dense)
	if err != nil {
		return plan, usage(fmt.Errorf("%s: %w", a.config.at("limits.memory"), err))
	}
	if plan.sites < limits.Sites {
		a.log.Warn("fewer sites at the same time than limits.sites, to stay within limits.memory", "sites", plan.sites)
	}
	return plan, nil
}
