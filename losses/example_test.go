package losses_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
)

// Two steps of two output neurons, for one sample of class 0.
func ExampleRateCrossEntropy() {
	g := graph.New()
	spikes := g.Values(graph.Float64, []float64{1, 0, 0, 0}, 2, 1, 2)
	label := g.Values(graph.Int32, []float64{0}, 1)
	prog, err := g.Compile(losses.RateCrossEntropy(spikes, label, losses.CEOptions{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := prog.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", res[0].Data())
	// Output: 0.5032
}

// A class weight makes a rare class count more; -100 marks what has no label.
func ExampleCrossEntropy() {
	g := graph.New()
	logits := g.Const(graph.Float64, 0, 3, 2)
	labels := g.Values(graph.Int32, []float64{0, 1, -100}, 3)
	loss := losses.CrossEntropy(logits, labels, losses.CEOptions{
		Weight: []float64{1, 9}, Ignore: []int{-100}, Reduction: losses.None,
	})
	prog, err := g.Compile(loss)
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := prog.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", res[0].Data())
	// Output: [0.6931 6.2383 0.0000]
}
