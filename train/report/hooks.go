package report

import "github.com/spikegraph/spikegraph/train"

// JoinHooks returns hooks that call all of the given ones, in their order, up to the first error.
func JoinHooks(all ...train.Hooks) train.Hooks {
	return train.Hooks{
		OnBatch: func(b train.Batch) error {
			for _, h := range all {
				if h.OnBatch != nil {
					if err := h.OnBatch(b); err != nil {
						return err
					}
				}
			}
			return nil
		},
		OnEpoch: func(e train.Epoch) error {
			for _, h := range all {
				if h.OnEpoch != nil {
					if err := h.OnEpoch(e); err != nil {
						return err
					}
				}
			}
			return nil
		},
		OnCheckpoint: func(path string) {
			for _, h := range all {
				if h.OnCheckpoint != nil {
					h.OnCheckpoint(path)
				}
			}
		},
	}
}

// Hooks return hooks that write the page to path after every epoch, with the epochs so far in place
// of its History: a report to look at, and to reload, while the network trains.
func (p Page) Hooks(path string) train.Hooks {
	h := &train.History{}
	return train.Hooks{
		OnBatch: func(b train.Batch) error {
			h.Batches = append(h.Batches, b)
			if len(h.Batches) > 2*keptBatches {
				h.Batches = append(h.Batches[:0], h.Batches[len(h.Batches)-keptBatches:]...)
			}
			return nil
		},
		OnEpoch: func(e train.Epoch) error {
			h.Epochs = append(h.Epochs, e)
			p.History = h
			return p.Save(path)
		},
	}
}

// keptBatches is how many batches a page that is written while training shows at least, where there
// were as many.
const keptBatches = 1024
