package datasets

import (
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Progress is how far the download of one file has come.
type Progress struct {
	File  string // name of the file
	URL   string // where it comes from
	Done  int64  // bytes that have arrived
	Total int64  // bytes there are; -1 as long as it is not known
}

// reporter returns the function that tells Progress and Bar of the options, and one to call at the
// end.
func (opt OpenOptions) reporter() (report func(Progress), finish func()) {
	bars := &progressBars{out: opt.Bar, of: map[string]*mpb.Bar{}}
	report = func(p Progress) {
		if opt.Progress != nil {
			opt.Progress(p)
		}
		if opt.Bar != nil {
			bars.show(p)
		}
	}
	return report, bars.finish
}

// progressBars draws one bar per URL. It starts with the first report: a complete cache draws
// nothing.
type progressBars struct {
	out     io.Writer
	options []mpb.ContainerOption
	all     *mpb.Progress
	of      map[string]*mpb.Bar // by URL
}

func (b *progressBars) show(p Progress) {
	if b.all == nil {
		b.all = mpb.New(append(b.options, mpb.WithOutput(b.out))...)
	}
	bar, ok := b.of[p.URL]
	if !ok {
		bar = b.all.AddBar(max(p.Total, 0),
			mpb.PrependDecorators(decor.Name(p.File, decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.CountersKiloByte("% .1f / % .1f"), decor.Name(" "), decor.Percentage()))
		b.of[p.URL] = bar
	}
	bar.SetCurrent(p.Done)
	if p.Total == p.Done {
		bar.SetTotal(p.Total, true)
	}
}

// finish stops the bars of transfers that did not come to their end, and draws for the last time.
func (b *progressBars) finish() {
	if b.all == nil {
		return
	}
	for _, bar := range b.of {
		bar.Abort(false) // of a complete one: nothing
	}
	b.all.Wait()
}
