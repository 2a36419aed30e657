package probe

import (
	"context"

	"github.com/spikegraph/spikegraph/train"
	"gorgonia.org/tensor"
)

// OnBatch returns a hook for train.Hooks that runs the probe over x after every n-th update, n >= 1,
// and hands the recording to see. Errors of either end the training.
func (p *Probe[S]) OnBatch(ctx context.Context, n int, x *tensor.Dense, see func(train.Batch, *Recording) error) func(train.Batch) error {
	n, last := max(n, 1), 0
	return func(b train.Batch) error {
		if b.Updates/n == last/n {
			return nil
		}
		last = b.Updates
		r, err := p.Run(ctx, x)
		if err != nil {
			return err
		}
		return see(b, r)
	}
}
