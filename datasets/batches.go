package datasets

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"

	"gorgonia.org/tensor"
)

// Batch is some samples, side by side. Its tensors are new for every batch: the receiver may keep
// them.
type Batch struct {
	Number int           // within the epoch, from 0
	X      *tensor.Dense // float32 [B F], or as BatchOptions.Layout and Encode have it
	Y      *tensor.Dense // labels int32 [B], or targets float32 [B ...], or nil, as the source has it
	Index  []int         // [B], positions of the samples in the source
}

// BatchOptions say how samples become batches. Size must be given; the other zero values are the
// plain case: in order, all samples, flat, nothing prepared ahead.
type BatchOptions struct {
	Size     int     // samples in a batch, B; > 0
	Shuffle  bool    // a new order for every epoch
	Seed     uint64  // of the order and of Encode
	Epoch    int     // >= 0; another epoch is another order, the same epoch the same
	DropLast bool    // leave out a last batch of fewer than Size samples
	Layout   Layout  // shape of X; Flat
	Encode   Encoder // applied to X; nil: none
	Prefetch int     // batches prepared ahead by another goroutine; 0: none
}

// Encoder turns values [...] into a sequence over time [T ...], drawing its random numbers, if any,
// from rng. Poisson, Latency and the others of this package are encoders.
type Encoder interface {
	Encode(x *tensor.Dense, rng *rand.Rand) (*tensor.Dense, error)
}

// Batches returns the batches of one epoch of src. It is ranged over like
//
//	for b, err := range datasets.Batches(ctx, train, datasets.BatchOptions{Size: 128}) {
//
// and ends at the first error, which comes with an empty Batch: ErrOption for a bad option, or for
// DropLast with fewer samples than Size, since nothing would be left; ErrEmpty for a source that is
// empty or nil; what src.Check finds; the error of Encode; the error of ctx once it is done, before the next
// batch. A Size larger than the source without DropLast gives the one batch there is.
//
// The order depends on Seed, Epoch and the number of samples alone; what Encode draws, on Seed,
// Epoch and the number of the batch. Prefetch changes neither. Ranging again gives the same batches
// again. Leaving the loop early ends the goroutine of Prefetch before the loop is left.
func Batches(ctx context.Context, src Source, opt BatchOptions) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		e, err := newEpoch(src, opt)
		if err != nil {
			yield(Batch{}, err)
			return
		}
		next, stop := e.batch, func() {}
		if opt.Prefetch > 0 {
			next, stop = prefetch(e.batch, e.count, min(opt.Prefetch, e.count))
		}
		defer stop()
		for k := range e.count {
			b, err := Batch{}, ctx.Err()
			if err != nil {
				err = fmt.Errorf("datasets: stopped before batch %d of %d: %w", k, e.count, err)
			} else {
				b, err = next(k)
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// Count returns the number of batches in an epoch of src: 0 of a source that is nil, and without a
// Size.
func (opt BatchOptions) Count(src Source) int {
	if absent(src) || opt.Size <= 0 {
		return 0
	}
	n := src.Len() / opt.Size
	if !opt.DropLast && src.Len()%opt.Size > 0 {
		n++
	}
	return n
}

// absent reports whether src is nil or a nil pointer, as a reader that failed returns it.
func absent(src Source) bool {
	v := reflect.ValueOf(src)
	return src == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

func errAbsent() error { return fail(ErrEmpty, "the source is nil") }

// epoch is one pass over a source.
type epoch struct {
	src   Source
	opt   BatchOptions
	order []int // of the samples
	count int   // of batches
	put   placer
}

func newEpoch(src Source, opt BatchOptions) (*epoch, error) {
	if absent(src) {
		return nil, named("Batches", errAbsent())
	}
	if err := opt.check(src.Len()); err != nil {
		return nil, named("Batches", err)
	}
	if err := src.Check(); err != nil {
		return nil, err
	}
	put, err := opt.Layout.placer(src.SampleShape())
	if err != nil {
		return nil, named("Batches", err)
	}
	e := &epoch{src: src, opt: opt, put: put, order: make([]int, src.Len()), count: opt.Count(src)}
	for i := range e.order {
		e.order[i] = i
	}
	if opt.Shuffle {
		e.order = newRand(opt.Seed, forShuffle, uint64(opt.Epoch)).Perm(src.Len())
	}
	return e, nil
}

// check returns what is wrong with the options for n samples.
func (opt BatchOptions) check(n int) error {
	switch {
	case opt.Size <= 0:
		return fail(ErrOption, "batches of %d samples, expected at least 1", opt.Size)
	case opt.Epoch < 0:
		return fail(ErrOption, "epoch %d, expected at least 0", opt.Epoch)
	case opt.Prefetch < 0:
		return fail(ErrOption, "%d batches prepared ahead, expected at least 0", opt.Prefetch)
	case n == 0:
		return fail(ErrEmpty, "the source has none")
	case opt.DropLast && n < opt.Size:
		return fail(ErrOption, "full batches of %d samples alone, but there are only %d samples", opt.Size, n)
	}
	return nil
}

// batch prepares batch k.
func (e *epoch) batch(k int) (Batch, error) {
	index := e.order[k*e.opt.Size : min((k+1)*e.opt.Size, len(e.order))]
	b := Batch{Number: k, Index: append([]int(nil), index...), Y: e.src.Targets(index)}
	b.X = e.put.gather(e.src, index)
	if e.opt.Encode == nil {
		return b, nil
	}
	x, err := e.opt.Encode.Encode(b.X, newRand(e.opt.Seed, forEncode, uint64(e.opt.Epoch), uint64(k)))
	if err != nil {
		return Batch{}, named(fmt.Sprintf("batch %d", k), err)
	}
	b.X = x
	return b, nil
}
