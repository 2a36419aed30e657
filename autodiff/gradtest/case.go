package gradtest

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
)

// A Case is a function whose derivatives are checked.
type Case struct {
	Name   string // begins every message
	Inputs []Input
	// Build returns the function of xs, one for each of Inputs: any shape, Float64. Derivatives
	// with respect to the trained parameters it places are checked as well; they must be Float64.
	Build func(g *graph.Graph, xs []*graph.Node) *graph.Node
	// SecondOrder also checks the derivative of the gradient.
	SecondOrder bool

	Tolerance  float64  // relative to the largest element; 1e-6 if zero
	Absolute   float64  // allowed beyond that, where values cancel; 0
	Step       float64  // of the differences, relative to the width of an input's range; 1e-3 if zero
	Directions int      // directions to try; 3 if zero
	Seed       uint64   // of point and directions, and of the store
	Flat       []string // parameters whose derivative is zero everywhere
	AnyFlat    bool     // any derivative may be zero everywhere: for tables in which some are
}

// An Input is an argument of a Case. Floats are drawn so that no two elements of a case are at the
// same place of their ranges: a maximum of a few is unlikely to lie on its kink.
type Input struct {
	Shape  []int       // extent 0 is allowed
	DType  graph.DType // Float64 if Invalid; by an Int32 or Bool nothing is differentiated
	Lo, Hi float64     // range to draw from; [-1, 1] if both are zero; Int32 are from Lo to Hi-1
	Values []float64   // these values instead of drawn ones
	Flat   bool        // the derivative is zero everywhere
}

// Check reports every derivative of c that is wrong as an error of t.
func Check(t testing.TB, c Case) {
	t.Helper()
	k, err := newChecker(c.withDefaults())
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
		return
	}
	if err := k.run(); err != nil {
		t.Errorf("%s: %v", c.Name, err)
	}
	for _, what := range k.wrong {
		t.Errorf("%s: %s", c.Name, what)
	}
}

func (c Case) withDefaults() Case {
	c.Tolerance = orDefault(c.Tolerance, 1e-6)
	c.Step = orDefault(c.Step, 1e-3)
	c.Directions = orDefault(c.Directions, 3)
	return c
}

func orDefault[T int | float64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}
