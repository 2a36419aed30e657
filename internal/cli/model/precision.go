package model

import (
	"context"
	"iter"
	"reflect"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/train"
	"gorgonia.org/tensor"
)

// precise makes a layer, and those within it and from it to itself, compute in a type.
func (l *Layer) precise(d graph.DType) {
	v := reflect.New(reflect.TypeOf(l.Settings)).Elem()
	v.Set(reflect.ValueOf(l.Settings))
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName("DType"); f.IsValid() && f.Type() == reflect.TypeFor[graph.DType]() {
			f.Set(reflect.ValueOf(d))
			l.Settings = v.Interface()
		}
	}
	for _, in := range l.inside {
		in.precise(d)
	}
	if l.back != nil {
		l.back.precise(d)
	}
}

// batches returns batches of src in the type of the network.
func (d *Data) batches(ctx context.Context, src datasets.Source, o datasets.BatchOptions) iter.Seq2[datasets.Batch, error] {
	return d.cast(datasets.Batches(ctx, src, o))
}

// cast returns batches whose floats are in the type of the network.
func (d *Data) cast(from iter.Seq2[datasets.Batch, error]) iter.Seq2[datasets.Batch, error] {
	if d.DType != graph.Float64 {
		return from
	}
	return func(yield func(datasets.Batch, error) bool) {
		for b, err := range from {
			b.X, b.Y = double(b.X), double(b.Y)
			if !yield(b, err) {
				return
			}
		}
	}
}

// double returns float32 as float64, and anything else as it is.
func double(t *tensor.Dense) *tensor.Dense {
	if t == nil || t.Dtype() != tensor.Float32 {
		return t
	}
	return tensor.New(tensor.WithShape(t.Shape()...), tensor.WithBacking(ndarray.Floats(t.Float32s())))
}

// data returns the batches of src for a trainer, in the type of the network.
func (d *Data) data(src datasets.Source, o datasets.BatchOptions) train.Data {
	all := train.FromSource(src, o)
	epoch := all.Epoch
	all.Epoch = func(ctx context.Context, e int) iter.Seq2[datasets.Batch, error] { return d.cast(epoch(ctx, e)) }
	return all
}
