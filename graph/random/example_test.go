package random_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/random"
)

// Spike counts of neurons whose rates are gamma distributed: 3 neurons, 4 trials each.
func Example() {
	g := graph.NewIn(graph.NewStore(1))
	rates := random.Gamma(g.Const(graph.Float32, 2, 3), g.Const(graph.Float32, 5))
	counts := random.Poisson(rates, 4, 3)
	fmt.Println(counts.Type())
	random.Poisson(g.Const(graph.Float32, -1))
	fmt.Println(g.Err() != nil)
	// Output:
	// Int32[4 3]
	// true
}
