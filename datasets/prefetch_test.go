package datasets_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestPrefetchChangesNothing(t *testing.T) {
	t.Parallel()
	opt := datasets.BatchOptions{Size: 4, Shuffle: true, Seed: 3, Epoch: 2,
		Encode: datasets.Poisson{Steps: 3, In: datasets.Interval{Max: 300}}}
	want, err := collect(t.Context(), counted(25), opt)
	require.NoError(t, err)
	for _, opt.Prefetch = range []int{1, 2, 100} {
		seq := datasets.Batches(t.Context(), counted(25), opt)
		for range 2 { // the same sequence again: the same batches again
			var got []datasets.Batch
			for b, err := range seq {
				require.NoError(t, err)
				got = append(got, b)
			}
			require.Len(t, got, len(want))
			for k := range got {
				assert.Equal(t, want[k].Index, got[k].Index)
				assert.Equal(t, want[k].X.Shape(), got[k].X.Shape())
				assert.Equal(t, want[k].X.Float32s(), got[k].X.Float32s())
				assert.Equal(t, want[k].Y.Int32s(), got[k].Y.Int32s())
			}
		}
	}
}

// Not parallel: it counts goroutines.
func TestPrefetchLeaksNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	for range 20 {
		for range datasets.Batches(ctx, counted(50), datasets.BatchOptions{Size: 1, Prefetch: 4}) {
			break
		}
		func() {
			defer func() { assert.NotNil(t, recover()) }()
			for range datasets.Batches(ctx, counted(50), datasets.BatchOptions{Size: 1, Prefetch: 4}) {
				panic("in the body of the loop")
			}
		}()
	}
	cancel()
	_, err := collect(ctx, counted(50), datasets.BatchOptions{Size: 1, Prefetch: 4})
	require.ErrorIs(t, err, context.Canceled)
	for wait := 0; runtime.NumGoroutine() > before && wait < 1000; wait++ {
		time.Sleep(time.Millisecond) // a goroutine that has closed its channel may still be counted
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}
