package gorgonia

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Unsupported says which op has no counterpart on the other side, and why. An error of Lower,
// Compile, Gradients or Import joins one for each such op of the graph; errors.As finds the first.
type Unsupported struct {
	Op     string // its name
	Reason string // a sentence
}

func (e *Unsupported) Error() string {
	return fmt.Sprintf("gorgonia: %s is not supported: %s", e.Op, e.Reason)
}

const (
	noPhilox  = "it draws by a counter-based generator that Gorgonia does not have; pass the numbers as an input"
	noDynamic = "Gorgonia's graphs are static: their length cannot depend on data"
	noFactors = "Gorgonia does not factorize matrices"
	noConv    = "Gorgonia convolves float images with channels first and equal padding on both sides alone"
	noPool    = "Gorgonia pools images with channels first alone"
	noInner   = "its rule for the gradient contains a loop or a branch, which cannot be unrolled there"
	noSlots   = "Gorgonia does not write or read a tensor at places that depend on data"
	noSparse  = "Gorgonia multiplies full matrices alone"
	noDomain  = "Gorgonia has no error that depends on data"
	noEmpty   = "Gorgonia has no tensors without elements"
)

// inexpressible lists the ops that cannot be lowered, each with the reason, beside those that draw.
func inexpressible() map[string]string {
	return map[string]string{
		"FoldIn":   noPhilox,
		"Within":   noDomain,
		"While":    noDynamic,
		"ArgSort":  "Gorgonia does not sort",
		"Solve":    noFactors,
		"Cholesky": noFactors,

		"SymmetricRoot": noFactors,
		"Lyapunov":      noFactors,

		"Conv":       noConv,
		"ConvInput":  noConv,
		"ConvKernel": noConv,
		"MaxPool":    noPool,
		"MinPool":    noPool,
		"SumPool":    noPool,
		"PoolSpread": noPool,
		"PoolFind":   noPool,
		"PoolPlace":  noPool,
		"PoolPick":   noPool,

		"PutSlot":   noSlots,
		"TakeAlong": noSlots,
		"AddAlong":  noSlots,

		"SparseMatMul":  noSparse,
		"SampledMatMul": noSparse,
		"FanIn":         noSparse,
		"JITMatMul":     noPhilox,
	}
}

// placeholders are the arguments of loop and branch bodies, which lowering replaces.
var placeholders = []string{"Carried", "Capture", "Step"}

// survey looks at all that outs are computed from, bodies included.
type survey struct {
	rules map[string]rule
	never map[string]string
	seen  map[*graph.Node]bool
	bad   map[string]bool
	errs  []error
	inner bool                              // whether there is a loop or a branch
	wide  bool                              // whether there is a Float64
	saves map[*graph.LoopSpec][]*graph.Node // nodes of bodies whose values are read outside
}

func newSurvey() *survey {
	return &survey{
		rules: rules(), never: inexpressible(), seen: map[*graph.Node]bool{}, bad: map[string]bool{},
		saves: map[*graph.LoopSpec][]*graph.Node{},
	}
}

// err returns all that was found wrong, joined.
func (s *survey) err() error { return errors.Join(s.errs...) }

// refuse notes that op has no counterpart, once for each reason.
func (s *survey) refuse(op, reason string) {
	if key := op + ": " + reason; !s.bad[key] {
		s.bad[key] = true
		s.errs = append(s.errs, &Unsupported{op, reason})
	}
}

// visit looks at the nodes and all that they are computed from.
func (s *survey) visit(ns ...*graph.Node) {
	for _, n := range ns {
		if s.seen[n] {
			continue
		}
		s.seen[n] = true
		s.node(n)
		s.visit(n.Inputs()...)
	}
}

func (s *survey) node(n *graph.Node) {
	name := n.Attrs().Name
	s.inner = s.inner || n.Loop() != nil || n.Branch() != nil
	s.wide = s.wide || n.DType() == graph.Float64
	if n.Shape().Size() == 0 {
		s.refuse(name, noEmpty)
	}
	if l := n.Loop(); l != nil {
		s.visit(slices.Concat(l.Next, l.Ys)...)
		return
	}
	if b := n.Branch(); b != nil {
		s.visit(slices.Concat(b.ThenOuts, b.ElseOuts)...)
		return
	}
	if v := n.SavedNode(); v != nil {
		l := n.Inputs()[0].Loop()
		if !slices.Contains(s.saves[l], v) {
			s.saves[l] = append(s.saves[l], v)
		}
		s.visit(v)
		return
	}
	if n.Attrs().Drawn {
		s.refuse(name, noPhilox)
		return
	}
	if reason, ok := s.never[name]; ok {
		s.refuse(name, reason)
		return
	}
	if s.rules[name] == nil && name != "Result" && !slices.Contains(placeholders, name) {
		s.refuse(name, "there is no rule for it")
	}
}
