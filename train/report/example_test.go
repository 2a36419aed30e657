package report_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
)

// Curves of a run as a picture, and the whole run as a page.
func Example() {
	h := &train.History{}
	for e, loss := range []float64{0.9, 0.4, 0.3} {
		accuracy := []train.Value{{Name: "accuracy", Value: 1 - loss/3}}
		h.Epochs = append(h.Epochs, train.Epoch{Epoch: e, Updates: 40 * (e + 1), GradNorm: loss, Seconds: 2,
			Scores: train.Scores{Samples: 5000, Loss: loss, Metrics: accuracy}})
	}
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(report.Curves(h).Save(filepath.Join(dir, "curves.svg")))
	page := report.Page{Title: "Clothes", Settings: []report.Setting{{Name: "hidden neurons", Value: "256"}}, History: h}
	fmt.Println(page.Save(filepath.Join(dir, "run.html")))
	page.History = &train.History{}
	fmt.Println(page.Save(filepath.Join(dir, "run.html")))
	// Output:
	// <nil>
	// <nil>
	// report: cannot be shown: the history has no epochs
}

// Event files while a network trains; the hooks go into train.FitOptions.
func ExampleTensorBoard() {
	dir, err := os.MkdirTemp("", "board")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	board := report.TensorBoard(dir)
	hooks := report.JoinHooks(board.Hooks(), train.Hooks{OnEpoch: func(e train.Epoch) error {
		return board.Scalar("mine/epoch", e.Updates, float64(e.Epoch))
	}})
	fmt.Println(hooks.OnEpoch(train.Epoch{Updates: 40}), board.Close())
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	fmt.Println(len(files), err)
	// Output:
	// <nil> <nil>
	// 1 <nil>
}
