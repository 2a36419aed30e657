package train

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// bars reports by one bar for each epoch.
type bars struct {
	all *mpb.Progress
	bar *mpb.Bar

	samples int // of the epoch before this run took it up
	batches int // of an epoch; 0: not known yet

	mu   sync.Mutex // text is read by the goroutine that draws
	text string
	then time.Time // when it was written
}

// barWidth leaves the rest of the line to the text.
const barWidth = 20

// textEvery is how often the text beside a bar changes: writing it is slower than a small batch.
const textEvery = 100 * time.Millisecond

func newBars(w io.Writer, options ...mpb.ContainerOption) *bars {
	all := []mpb.ContainerOption{mpb.WithOutput(w), mpb.PopCompletedMode()} // ended epochs scroll away
	return &bars{all: mpb.New(append(all, options...)...)}
}

func (r *bars) begin(l *loop) {
	r.samples = l.at.Total.Samples
	if l.data.Batches > 0 {
		r.batches = l.data.Batches
	}
	name := fmt.Sprintf("epoch %d", l.at.Epoch+1)
	if l.o.Epochs > 0 {
		name = fmt.Sprintf("epoch %d/%d", l.at.Epoch+1, l.o.Epochs)
	}
	r.text, r.then = "", time.Time{}
	r.bar = r.all.AddBar(int64(r.batches), mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Name(name), decor.CountersNoUnit("  %d/%d")),
		mpb.AppendDecorators(decor.Any(r.label())))
	r.bar.SetCurrent(int64(l.at.Batch))
}

// label returns what writes the text of the bar that begins: the last of its epoch for good.
func (r *bars) label() decor.DecorFunc {
	text, last := "", false
	return func(s decor.Statistics) string {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !last {
			text, last = r.text, s.Completed || s.Aborted
		}
		return "  " + text
	}
}

func (r *bars) batch(l *loop) {
	if r.batches == 0 {
		r.bar.SetTotal(int64(l.at.Batch)+1, false)
	}
	if now := time.Now(); now.Sub(r.then) > textEvery {
		r.then = now
		r.write(l.at.Total.scores(l.at.Names), perSecond(l.at.Total.Samples-r.samples, now.Sub(l.began)))
	}
	if r.batches == 0 || l.at.Batch < r.batches { // the last is for epoch, with the final text
		r.bar.SetCurrent(int64(l.at.Batch))
	}
}

func (r *bars) write(s Scores, speed float64) {
	text := summary(s, speed)
	r.mu.Lock()
	r.text = text
	r.mu.Unlock()
}

func (r *bars) epoch(_ *loop, e Epoch) {
	r.write(e.Scores, perSecond(e.Samples-r.samples, time.Duration(e.Seconds*float64(time.Second))))
	if e.Validation != nil {
		r.mu.Lock()
		r.text += fmt.Sprintf("  validation loss %.4g", e.Validation.Loss)
		for _, v := range e.Validation.Metrics {
			r.text += fmt.Sprintf(" %s %.4g", v.Name, v.Value)
		}
		r.mu.Unlock()
	}
	if e.Partial {
		return
	}
	r.batches = e.Batches
	r.bar.SetTotal(int64(e.Batches), false)
	r.bar.SetCurrent(int64(e.Batches))
	r.bar.SetTotal(int64(e.Batches), true)
	r.bar.Wait()
}

// end stops a bar whose epoch did not come to its end, and draws for the last time.
func (r *bars) end() {
	if r.bar != nil {
		r.bar.Abort(false) // of a complete one: nothing
	}
	r.all.Wait()
}
