package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// weightSuffix ends the name of a layer's weights.
const weightSuffix = ".W"

// find makes the names of the readouts known, for inputs like x [T B ...]: where none are given, it
// traces a step and takes every layer that is a product with trained weights.
func (r *Runner[S]) find(x *tensor.Dense) error {
	if err := checkInputs(x); err != nil || len(r.names) > 0 {
		return err
	}
	var names []string
	f := graph.NewFunc(r.Store, r.Options, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		step := r.Net(g, true)
		if step == nil {
			return []*graph.Node{g.Fail(fmt.Errorf("field Net: %w: the step is nil", graph.ErrValue))}
		}
		var s S
		if r.Init != nil {
			s = r.Init(g, in[0].Dim(0))
		}
		y, next := step(in[0], s)
		if names = trainedLayers(g, outcome(y, &next)); y.Valid() && len(names) == 0 {
			y = g.Fail(fmt.Errorf("field Readouts: %w: it is empty, and neither output nor next state of the step "+
				"depend on a layers.Dense with trained weights", ErrSettings))
		}
		return []*graph.Node{y}
	})
	if _, err := f.Program(graph.Type{DType: graph.DTypeOf(x), Shape: []int(x.Shape()[1:])}); err != nil {
		return err
	}
	r.names = names
	return nil
}

// trainedLayers returns, sorted, the names of layers with trained weights of which the roots are computed.
func trainedLayers(g *graph.Graph, roots []*graph.Node) (names []string) {
	trained := map[string]bool{}
	for _, n := range g.Trained() {
		trained[n.ParamName()] = true
	}
	for _, n := range reached(roots) {
		if w, ok := weightsOf(n); ok && trained[w+weightSuffix] && !slices.Contains(names, w) {
			names = append(names, w)
		}
	}
	slices.Sort(names)
	return names
}

// readout is a Dense layer found in a step: y = x·W + B.
type readout struct {
	X, Y *graph.Node // [rows in], [rows out]
}

// findReadout returns the inputs and outputs of the layer of that name, of which the roots are
// computed: the one product with the parameter name.W, and its sum with name.B.
func findReadout(g *graph.Graph, name string, roots []*graph.Node) (r readout, bias bool) {
	var found []*graph.Node
	var b *graph.Node
	for _, n := range reached(roots) {
		if origin(n).ParamName() == name+".B" {
			b = n
		}
		if w, ok := weightsOf(n); ok && w == name {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		bad := g.Fail(fmt.Errorf("readout %q: %w: the step applies a layers.Dense of that name %d times, expected once",
			name, graph.ErrValue, len(found)))
		return readout{bad, bad}, false
	}
	y := found[0]
	if b != nil {
		y = y.Add(b)
	}
	return readout{found[0].Inputs()[0].Cast(y.DType()), y}, b != nil
}

// outcome returns the nodes that a step gives: its output and the next state.
func outcome[S any](y *graph.Node, s *S) []*graph.Node {
	all := []*graph.Node{y}
	for _, n := range nodesIn(s) {
		all = append(all, *n)
	}
	return all
}

// reached returns all nodes that the roots are computed of, and these, in the order of a walk.
func reached(roots []*graph.Node) (all []*graph.Node) {
	seen := map[*graph.Node]bool{}
	var walk func(n *graph.Node)
	walk = func(n *graph.Node) {
		if n == nil || seen[n] || !n.Valid() {
			return
		}
		seen[n] = true
		all = append(all, n)
		for _, in := range n.Inputs() {
			walk(in)
		}
	}
	for _, n := range roots {
		walk(n)
	}
	return all
}

// weightsOf returns the name of the layer, without its suffix, if n is a product with weights as they are.
func weightsOf(n *graph.Node) (layer string, ok bool) {
	a, in := n.Attrs(), n.Inputs()
	if len(in) != 2 || a.Name != "MatMul" || a.TransA || a.TransB {
		return "", false
	}
	return strings.CutSuffix(origin(in[1]).ParamName(), weightSuffix)
}

// origin returns the node outside of all loops that n stands for, n itself where it stands for none.
func origin(n *graph.Node) *graph.Node {
	for n.Attrs().Name == "Capture" {
		n = n.Graph().Captured()[n.Attrs().Index]
	}
	return n
}
