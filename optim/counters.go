package optim

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// Names of the counters in the store; slots are prefix + parameter + "." + slot.
const (
	prefix    = "optim."
	stepName  = prefix + "step"
	epochName = prefix + "epoch"
	microName = prefix + "micro"
)

// Steps returns the number of updates done before the run, an Int32 scalar parameter of g that every
// update advances by one.
func Steps(g *graph.Graph) *graph.Node { return counter(g, stepName) }

// Epoch returns the number of epochs done, an Int32 scalar parameter of g. No program advances it:
// trainers do, with SetEpoch.
func Epoch(g *graph.Graph) *graph.Node { return counter(g, epochName) }

func counter(g *graph.Graph, name string) *graph.Node {
	return g.Param(name, graph.Var{DType: graph.Int32, Shape: []int{}, Fixed: true})
}

// SetEpoch sets the number of epochs done, n >= 0, which schedules by epoch read at the next run. It
// must not be called while a program runs on the store.
func SetEpoch(s *graph.Store, n int) error {
	if n < 0 || n != int(int32(n)) {
		return fmt.Errorf("optim: SetEpoch: %w: %d epochs", graph.ErrValue, n)
	}
	p := s.Get(epochName)
	if p == nil {
		t := tensor.New(tensor.WithShape(), tensor.WithBacking([]int32{int32(n)}))
		return s.Put(epochName, t, false)
	}
	if graph.DTypeOf(p.Value) != graph.Int32 || p.Value.Size() != 1 {
		return fmt.Errorf("optim: SetEpoch: %w: %s is %v %v, want an Int32 scalar",
			graph.ErrShape, epochName, p.Value.Dtype(), p.Value.Shape())
	}
	p.Value.Int32s()[0] = int32(n)
	return nil
}

// doneIn returns the number of updates that the store has seen.
func doneIn(s *graph.Store) int {
	p := s.Get(stepName)
	if p == nil || graph.DTypeOf(p.Value) != graph.Int32 {
		return 0
	}
	return int(p.Value.Int32s()[0])
}
