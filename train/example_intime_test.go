package train_test

import (
	"context"
	"fmt"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/train"
)

// The trainer of any network learns forward in time: its memory does not grow with the sequence.
func ExampleInTime() {
	trainer := blobTrainer() // two layers of spiking neurons
	trainer.InTime = train.InTime{Trace: train.EProp}
	history, err := trainer.Fit(context.Background(), blobData(128, 8), train.FitOptions{Epochs: 12,
		Validation: train.FromSource(blobs(64, 2), datasets.BatchOptions{Size: 64})})
	e, _ := history.Last()
	accuracy, _ := e.Validation.Metric("accuracy")
	fmt.Println("more than 95 % right:", accuracy > 0.95, err)
	// Output:
	// more than 95 % right: true <nil>
}
