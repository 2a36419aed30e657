package opsamples_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

func ExampleSamples() {
	for _, s := range opsamples.Samples() {
		if s.Name != "Concat/0" {
			continue
		}
		s = s.In(graph.Float32)
		g := graph.New()
		p, err := g.Compile(s.Build(g, s.Place(g)))
		if err != nil {
			fmt.Println(err)
			return
		}
		out, err := p.Run(s.Tensors()...)
		fmt.Println(s.Op, s.Smooth, out[0].Dtype(), out[0].Shape(), err)
	}
	// Output: Concat true float32 (7, 3) <nil>
}
