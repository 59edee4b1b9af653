package progress

import (
	"time"

	"github.com/dustin/go-humanize"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/wp-oneway/wp-oneway/cmd/console"
)

// A Download shows how many bytes of the downloads are done, and the count of each meter.
type Download struct {
	bars  *mpb.Progress
	bar   *mpb.Bar
	end   func() // sends lines directly to standard error again
	stop  chan struct{}
	ended chan struct{}
}

// A Meter is a count besides bytes that grows, such as restored rows.
type Meter struct {
	Name  string
	Total int64
	Now   func() int64 // returns the count; it can be called at any time
}

// barRefresh is the time between two updates of a bar.
const barRefresh = 200 * time.Millisecond

// NewDownload starts a bar of total bytes, and one for each meter, if standard error is a
// terminal. The caller must close it.
func NewDownload(c *console.Console, what string, total int64, meters ...Meter) *Download {
	if !c.Terminal() || c.Quiet || c.JSON {
		return &Download{}
	}
	bars := mpb.New(mpb.WithOutput(console.Unescaped(c.Err)), mpb.WithRefreshRate(barRefresh))
	b := &Download{bars: bars, stop: make(chan struct{}), ended: make(chan struct{})}
	direct := c.Recent.Redirect(bars) // lines are printed above the bars
	b.end = func() { c.Recent.Redirect(direct) }
	b.bar = newBarOf(bars, what, total, decor.CountersKibiByte("% .1f / % .1f"), decor.AverageSpeed(decor.SizeB1024(0), "  % .1f"))
	counters := make([]*mpb.Bar, len(meters))
	for i, m := range meters {
		begin := time.Now()
		counters[i] = newBarOf(bars, m.Name, m.Total,
			decor.Any(func(s decor.Statistics) string { return humanize.Comma(s.Current) + " / " + humanize.Comma(s.Total) }),
			decor.Any(func(s decor.Statistics) string {
				return "  " + humanize.Comma(int64(float64(s.Current)/time.Since(begin).Seconds())) + "/s"
			}))
	}
	go func() {
		defer close(b.ended)
		read := time.NewTicker(barRefresh)
		defer read.Stop()
		for {
			for i, m := range meters {
				counters[i].SetCurrent(min(m.Now(), m.Total))
			}
			select {
			case <-read.C:
			case <-b.stop:
				for _, c := range counters {
					c.Abort(true)
				}
				return
			}
		}
	}()
	return b
}

// newBarOf adds a bar with a count, a rate and the time that is left. The bar stays until it is
// aborted, even when it is complete, because other bars may not be complete.
func newBarOf(bars *mpb.Progress, what string, total int64, count, rate decor.Decorator) *mpb.Bar {
	bar := bars.New(0, mpb.BarStyle(),
		mpb.PrependDecorators(decor.Name(what, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(count, rate, decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8})))
	bar.SetTotal(total, false)
	return bar
}

// Add adds bytes. It can be called from several goroutines.
func (b *Download) Add(n int64) {
	if b.bar != nil {
		b.bar.IncrInt64(n)
	}
}

// Close removes the bars.
func (b *Download) Close() {
	if b.bars != nil {
		close(b.stop)
		<-b.ended
		b.bar.Abort(true)
		b.end()
		b.bars.Wait()
	}
}
