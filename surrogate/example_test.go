package surrogate_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
)

// The spike is the step, exactly; its derivative is the surrogate's.
func Example() {
	g := graph.New()
	v := g.Values(graph.Float64, []float64{-0.5, 0, 0.5}, 3)
	z := v.Spike(surrogate.PiecewiseQuadratic{Alpha: 1})
	prog, err := g.Compile(z, autodiff.Grad(z.Sum(), v)[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := prog.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res[0].Data(), res[1].Data())
	// Output: [0 1 1] [0.5 1 0.5]
}

// A configuration file names a surrogate and its parameters.
func ExampleNew() {
	s, err := surrogate.New("arctan", map[string]float64{"alpha": 2})
	fmt.Println(s, err)
	_, err = surrogate.New("arctan", map[string]float64{"alpha": 0})
	fmt.Println(err)
	// Output:
	// Arctan(alpha=2) <nil>
	// surrogate: Arctan(alpha=0): value out of its domain: alpha must be positive and finite
}
