package report_test

import (
	"math"

	"github.com/spikegraph/spikegraph/train"
)

// history is that of a run of n epochs of 10 updates, whose third epoch has no finite loss.
func history(n int) *train.History {
	h := &train.History{}
	for e := range n {
		loss := 1 / float64(e+1)
		if e == 2 {
			loss = math.NaN()
		}
		scores := train.Scores{
			Samples: 500, Loss: loss, Metrics: []train.Value{{Name: "accuracy", Value: 1 - loss/2}},
			Rates: []train.Value{{Name: "hidden", Value: 0.1}, {Name: "out", Value: 0.2}},
		}
		val := scores
		val.Loss *= 1.5
		h.Epochs = append(h.Epochs, train.Epoch{Epoch: e, Batches: 10, Updates: 10 * (e + 1), GradNorm: loss,
			Validation: &val, Best: e != 2, Seconds: 1.25, Scores: scores})
		for b := range 10 {
			h.Batches = append(h.Batches, train.Batch{Epoch: e, Batch: b, Updates: 10*e + b + 1, GradNorm: loss, Scores: scores})
		}
	}
	return h
}
