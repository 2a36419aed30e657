package model

import (
	"context"
	"io"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/train"
)

// evalBatch is the number of samples of a batch that is not trained on, if the file does not say.
const evalBatch = 500

// Data are the samples of a model, as the file describes them.
type Data struct {
	Set        SetKind
	Batch      datasets.BatchOptions // of training
	EvalBatch  int
	Limit      int // the first so many samples of training; 0: all
	TestLimit  int
	PerClass   int // samples of each class of training; 0: all
	Classes    []int
	Validation string  // "test", "valid", "split" or "none"
	Fraction   float64 // of the training samples, for "split"
	DType      graph.DType
	settings   any
	from       opener
	at         *config.Table
}

// readData reads [data].
func readData(root *config.Table, seed uint64) *Data {
	t := root.Table("data")
	if t == nil {
		if !root.Has("data") {
			root.Fault("", "the table [data] is missing")
		}
		return nil
	}
	sets := Sets()
	var names []string
	for _, k := range sets {
		names = append(names, k.Name)
	}
	name := t.OneOf("set", "", names...)
	if !t.Has("set") {
		t.Fault("", "the key set is missing: want one of %q", names)
	}
	for _, k := range sets {
		if k.Name == name {
			return k.read(t, seed)
		}
	}
	t.Skip()
	return nil
}

// read reads the table of a set.
func (k SetKind) read(t *config.Table, seed uint64) *Data {
	d := &Data{Set: k, DType: graph.Float32, settings: settings.Of(t, k.Kind), from: k.place(t), at: t}
	d.Batch = datasets.BatchOptions{
		Size:     t.Count("batch", 128, 1),
		Shuffle:  t.Bool("shuffle", true),
		DropLast: t.Bool("drop_last", false),
		Prefetch: t.Count("prefetch", 1, 0),
		Seed:     seed,
		Layout:   k.layout,
		Encode:   readEncoder(t),
	}
	if t.Has("layout") {
		layout := struct{ Layout datasets.Layout }{k.layout}
		settings.Fill(t, &layout)
		d.Batch.Layout = layout.Layout
	}
	d.EvalBatch = t.Count("eval_batch", evalBatch, 1)
	d.Limit, d.TestLimit = t.Count("limit", 0, 0), t.Count("test_limit", 0, 0)
	d.PerClass, d.Classes = t.Count("per_class", 0, 0), t.Ints("classes")
	d.Validation = "test"
	switch t.Is("validation") {
	case "text":
		d.Validation = t.OneOf("validation", "test", "test", "valid", "none")
	case "number":
		d.Validation, d.Fraction = "split", t.Float("validation", 0)
		if !(d.Fraction > 0 && d.Fraction < 1) {
			t.Wrong("validation", `"test", "valid", "none", or a share of the training samples between 0 and 1`)
		}
	case "":
	default:
		t.Wrong("validation", `"test", "valid", "none", or a share of the training samples between 0 and 1`)
	}
	return d
}

// open opens the set and chooses its samples. Valid is what validates.
func (d *Data) open(ctx context.Context, bar io.Writer) (p Parts, err error) {
	d.from.Bar = bar
	if p, err = d.Set.open(ctx, d.settings, d.from); err != nil {
		return Parts{}, err
	}
	if p.Train, err = d.choose(p.Train, d.PerClass, d.Limit); err == nil {
		p.Test, err = d.choose(p.Test, 0, d.TestLimit)
	}
	if err == nil && p.Valid != nil {
		p.Valid, err = d.choose(p.Valid, 0, 0)
	}
	if err != nil {
		return Parts{}, err
	}
	switch d.Validation {
	case "none":
		p.Valid = nil
	case "test":
		p.Valid = p.Test
	case "valid":
		if p.Valid == nil {
			d.at.Fault("validation", `"valid": the set %s has no such part: want "test", "none" or a share of the training samples`, d.Set.Name)
		}
	case "split":
		p.Valid, p.Train, err = datasets.Split(p.Train, d.Fraction, d.Batch.Seed)
	}
	return p, err
}

// choose returns the samples of a part that the file asks for.
func (d *Data) choose(src datasets.Source, perClass, limit int) (datasets.Source, error) {
	if len(d.Classes) > 0 {
		var classes []int32
		for _, c := range d.Classes {
			classes = append(classes, int32(c))
		}
		v, err := datasets.OfClasses(src, classes...)
		if err != nil {
			return nil, err
		}
		src = v
	}
	if perClass > 0 {
		v, err := datasets.PerClass(src, perClass)
		if err != nil {
			return nil, err
		}
		src = v
	}
	if limit > 0 && limit < src.Len() {
		return datasets.Select(src, first(limit))
	}
	return src, nil
}

// first returns 0 to n-1.
func first(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}

// Training returns batches of src to train on.
func (d *Data) Training(src datasets.Source) train.Data { return d.data(src, d.Batch) }

// Ordered returns batches of src in order, to evaluate.
func (d *Data) Ordered(src datasets.Source) train.Data {
	return d.data(src, d.ordered())
}

func (d *Data) ordered() datasets.BatchOptions {
	o := d.Batch
	o.Size, o.Shuffle, o.DropLast = d.EvalBatch, false, false
	return o
}

// Batches returns batches of src in order.
func (d *Data) Batches(ctx context.Context, src datasets.Source) func(func(datasets.Batch, error) bool) {
	return d.batches(ctx, src, d.ordered())
}

// sample returns the batch of the first sample of src alone.
func (d *Data) sample(ctx context.Context, src datasets.Source) (datasets.Batch, error) {
	v, err := datasets.Select(src, []int{0})
	if err != nil {
		return datasets.Batch{}, err
	}
	o := d.ordered()
	o.Size, o.Prefetch = 1, 0
	for b, err := range d.batches(ctx, v, o) {
		return b, err
	}
	return datasets.Batch{}, datasets.ErrEmpty
}

// First returns the first n samples of src.
func (d *Data) First(src datasets.Source, n int) (datasets.Source, error) {
	return datasets.Select(src, first(n))
}
