package train

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// Data is what a trainer learns from: batches with inputs X [B ...] or [T B ...] and targets Y, in
// any shape that the loss takes, or nil. Int32 targets are class labels: each is in [0, C), with C
// the last extent of the output.
type Data struct {
	// Epoch returns the batches of an epoch, >= 0. It may be called several times with one number
	// and gives the same batches then, so that a run can be resumed within an epoch.
	Epoch   func(ctx context.Context, epoch int) iter.Seq2[datasets.Batch, error]
	Batches int    // of an epoch, for progress; 0: not known
	Seed    uint64 // of the order; a checkpoint of another is refused
}

// batches returns those of an epoch: an error, where Epoch has none to give.
func (d Data) batches(ctx context.Context, epoch int) iter.Seq2[datasets.Batch, error] {
	if seq := d.Epoch(ctx, epoch); seq != nil {
		return seq
	}
	return func(yield func(datasets.Batch, error) bool) {
		yield(datasets.Batch{}, fmt.Errorf("%w: Data.Epoch(%d) returned nil, want batches", ErrSettings, epoch))
	}
}

// FromSource returns batches of src: epoch e is datasets.Batches with opt.Epoch = e.
func FromSource(src datasets.Source, opt datasets.BatchOptions) Data {
	return Data{
		Batches: opt.Count(src),
		Seed:    opt.Seed,
		Epoch: func(ctx context.Context, epoch int) iter.Seq2[datasets.Batch, error] {
			o := opt
			o.Epoch = epoch
			return datasets.Batches(ctx, src, o)
		},
	}
}

// FromBatches returns the same batches in every epoch.
func FromBatches(batches ...datasets.Batch) Data {
	return Data{
		Batches: len(batches),
		Epoch: func(context.Context, int) iter.Seq2[datasets.Batch, error] {
			return func(yield func(datasets.Batch, error) bool) {
				for _, b := range batches {
					if !yield(b, nil) {
						return
					}
				}
			}
		},
	}
}

// checkBatch returns what is wrong with the tensors of a batch.
func checkBatch(b datasets.Batch) error {
	if err := checkTensor("input", b.X); err != nil {
		return err
	}
	if b.Y == nil {
		return nil
	}
	return checkTensor("target", b.Y)
}

// checkSequence refuses inputs without an axis of time.
func checkSequence(b datasets.Batch) error {
	if b.X.Dims() < 2 {
		return fmt.Errorf("%w: the input is %v, expected sequences [T B ...]",
			datasets.ErrShape, []int(b.X.Shape()))
	}
	return nil
}

// checkTensor refuses tensors that programs cannot read, and values that are not finite.
func checkTensor(what string, x *tensor.Dense) error {
	if x == nil {
		return fmt.Errorf("%w: the %s is nil", datasets.ErrShape, what)
	}
	if graph.DTypeOf(x) == graph.Invalid {
		return fmt.Errorf("%s: %w: tensors of %v are not supported", what, graph.ErrDType, x.Dtype())
	}
	if slices.Contains(x.Shape(), 0) {
		return fmt.Errorf("%w: the %s has shape %v", datasets.ErrEmpty, what, []int(x.Shape()))
	}
	if x.RequiresIterator() || !x.DataOrder().IsRowMajor() {
		return fmt.Errorf("%s: %w: the tensor is a view; clone it", what, graph.ErrValue)
	}
	if at, v := notFinite(x); at >= 0 {
		return fmt.Errorf("%w: element %v of the %s is %v",
			datasets.ErrNotFinite, indices(at, x.Shape()), what, v)
	}
	return nil
}

// indices returns the place of element i of a shape.
func indices(i int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k] = i % shape[k]
		i /= shape[k]
	}
	return at
}
