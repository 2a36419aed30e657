package report

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
)

// Board writes TensorBoard event files: scalars, histograms, pictures. The file is made by the first
// event, and every event is on disk when its method returns. A Board is for one goroutine.
type Board struct {
	Dir   string           // of the run; made if it is not there
	Store *graph.Store     // if set, Hooks write a histogram of each trained parameter every epoch
	Every int              // updates between the events of batches; 0 is 10
	Now   func() time.Time // stamps events and names the file; time.Now if nil

	file *os.File
	last int // Updates at the last event of a batch
}

// TensorBoard returns a Board that writes to dir, with the defaults of its other fields.
func TensorBoard(dir string) *Board { return &Board{Dir: dir} }

const defaultEvery = 10

// Hooks return hooks that write what training measures, by the number of updates: batch/loss,
// batch/gradient_norm, batch/NAME of a metric and rates/LAYER from batches; epoch/… and
// validation/… at the ends of epochs; weights/NAME, if Store is set. JoinHooks adds others.
func (b *Board) Hooks() train.Hooks {
	return train.Hooks{OnBatch: b.onBatch, OnEpoch: b.onEpoch}
}

func (b *Board) onBatch(r train.Batch) error {
	every := b.Every
	if every <= 0 {
		every = defaultEvery
	}
	if r.Updates/every == b.last/every {
		return nil
	}
	b.last = r.Updates
	values := scoreValues("batch/", r.Scores)
	values = append(values, scalarValue("batch/gradient_norm", r.GradNorm))
	for _, v := range r.Rates {
		values = append(values, scalarValue("rates/"+v.Name, v.Value))
	}
	return b.write(r.Updates, values...)
}

func (b *Board) onEpoch(e train.Epoch) error {
	values := scoreValues("epoch/", e.Scores)
	if e.GradNorm != 0 { // of a readout that is fitted there is none
		values = append(values, scalarValue("epoch/gradient_norm", e.GradNorm))
	}
	if e.Validation != nil {
		values = append(values, scoreValues("validation/", *e.Validation)...)
	}
	if b.Store != nil {
		for _, p := range b.Store.Params() {
			if v := finiteOf(valuesOf(p)); p.Trained && len(v) > 0 {
				values = append(values, histogramValue("weights/"+p.Name, v))
			}
		}
	}
	return b.write(e.Updates, values...)
}

// scoreValues are loss and metrics.
func scoreValues(under string, s train.Scores) []message {
	values := []message{scalarValue(under+lossName, s.Loss)}
	for _, m := range s.Metrics {
		values = append(values, scalarValue(under+m.Name, m.Value))
	}
	return values
}

// finiteOf returns the values that are finite.
func finiteOf(values []float64) []float64 {
	kept := make([]float64, 0, len(values))
	for _, v := range values {
		if finite(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// Scalar writes a number, as float32.
func (b *Board) Scalar(tag string, step int, v float64) error {
	return b.write(step, scalarValue(tag, v))
}

// Histogram writes the distribution of the finite ones of values, of which there must be some.
func (b *Board) Histogram(tag string, step int, values []float64) error {
	kept := finiteOf(values)
	if len(kept) == 0 {
		return refuse("histogram %q has no finite values", tag)
	}
	return b.write(step, histogramValue(tag, kept))
}

// Picture writes a figure.
func (b *Board) Picture(tag string, step int, f Figure) error {
	var p bytes.Buffer
	if err := f.WritePNG(&p); err != nil {
		return err
	}
	c, err := png.DecodeConfig(bytes.NewReader(p.Bytes()))
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return b.write(step, imageValue(tag, c.Width, c.Height, p.Bytes()))
}

// Close closes the file. A later event begins another.
func (b *Board) Close() error {
	if b.file == nil {
		return nil
	}
	f := b.file
	b.file = nil
	if err := f.Close(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// write appends an event.
func (b *Board) write(step int, values ...message) error {
	seconds := b.seconds()
	if b.file == nil {
		if err := b.open(seconds); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	if _, err := b.file.Write(appendRecord(nil, event(seconds, int64(step), values...))); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func (b *Board) seconds() float64 {
	now := b.Now
	if now == nil {
		now = time.Now
	}
	return float64(now().UnixNano()) / float64(time.Second)
}

// open makes the file events.out.tfevents.SECONDS.HOST, numbered if it is there already.
func (b *Board) open(seconds float64) error {
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name := filepath.Join(b.Dir, fmt.Sprintf("events.out.tfevents.%010d.%s", int64(seconds), host))
	for i := 0; ; i++ {
		unique := name
		if i > 0 {
			unique = fmt.Sprintf("%s.%d", name, i)
		}
		f, err := os.OpenFile(unique, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		b.file = f
		_, err = f.Write(appendRecord(nil, versionEvent(seconds)))
		return err
	}
}
