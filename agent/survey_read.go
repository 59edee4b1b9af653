package agent

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
)

// The time for the configurations of one owner's sites is limited, so that one
// tenant does not make the others wait.
const (
	ownerTime = time.Minute            // for each owner
	siteTime  = 100 * time.Millisecond // more for each site
)

// batchSize is the maximum number of sites that one worker reads.
const batchSize = 256

// readConfigs reads the configurations of the jobs, several batches at the same
// time. configs are those that were read before, or nil. It calls next with the result of each job, one call at a time.
func readConfigs(ctx context.Context, jobs []Job, configs []*config.Site, owners map[uint32]*ownerSites, next func(job int, facts source.Facts, err error)) {
	slots := make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
	var (
		work sync.WaitGroup
		mu   sync.Mutex
	)
	for _, o := range owners {
		for batch := range o.batches() {
			slots <- struct{}{}
			work.Go(func() {
				defer func() { <-slots }()
				reqs := make([]source.Request, len(batch))
				for n, i := range batch {
					reqs[n] = jobs[i].request()
					reqs[n].Config = configs[i]
				}
				o.read(ctx, reqs, func(n int, facts source.Facts, err error) {
					mu.Lock()
					defer mu.Unlock()
					next(batch[n], facts, err)
				})
			})
		}
	}
	work.Wait()
}

// ownerSites are the sites of one owner in a survey.
type ownerSites struct {
	owner source.Owner
	err   error // why the owner could not be looked up
	name  string
	jobs  []int

	mu   sync.Mutex
	left time.Duration // what is left of the owner's time
}

func newOwnerSites(uid uint32) *ownerSites {
	o := &ownerSites{left: ownerTime}
	o.owner, o.err = source.LookupOwner(uid)
	o.name = o.owner.Name()
	return o
}

func (o *ownerSites) add(job int) {
	o.jobs = append(o.jobs, job)
	o.left += siteTime
}

func (o *ownerSites) batches() iter.Seq[[]int] { return slices.Chunk(o.jobs, batchSize) }

// read reads some of the sites. If a tenant's configuration kills the worker, that site
// fails, and another worker reads the rest.
func (o *ownerSites) read(ctx context.Context, reqs []source.Request, next func(n int, facts source.Facts, err error)) {
	done := 0
	for done < len(reqs) {
		err := o.err
		if err == nil {
			err = o.limit(ctx, func(ctx context.Context) error {
				return source.ReadConfigs(ctx, o.owner, reqs[done:], func(facts source.Facts, err error) {
					next(done, facts, err)
					done++
				})
			})
		}
		if done < len(reqs) {
			next(done, source.Facts{}, err)
			done++
		}
	}
}

// limit calls work with a context that ends with the owner's time.
func (o *ownerSites) limit(ctx context.Context, work func(context.Context) error) error {
	o.mu.Lock()
	left := o.left
	o.mu.Unlock()
	timeout := fmt.Errorf("read the configuration: the sites of uid %d take too long together", o.owner.UID)
	if left <= 0 {
		return timeout
	}
	started := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, left, timeout)
	defer cancel()
	err := work(ctx)
	o.mu.Lock()
	o.left -= time.Since(started)
	o.mu.Unlock()
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
