package gradtest_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
)

// printer is a testing.TB that prints what fails.
type printer struct{ testing.TB }

func (printer) Helper()                      {}
func (printer) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }

func ExampleCheck() {
	var t printer // in a test: its *testing.T
	gradtest.Check(t, gradtest.Case{
		Name:   "x log x",
		Inputs: []gradtest.Input{{Shape: []int{2, 3}, Lo: 0.2, Hi: 5}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Mul(xs[0].Log())
		},
		SecondOrder: true,
	})
	gradtest.Check(t, gradtest.Case{
		Name:   "floor",
		Inputs: []gradtest.Input{{Shape: []int{3}, Lo: 0.1, Hi: 0.9}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Floor()
		},
	})
	// Output:
	// floor: the derivative with respect to input 0 is zero everywhere: nothing was checked; declare it Flat if it should be
}
