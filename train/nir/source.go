package nir

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// Source is what the settings of a layer do not say of the node that it becomes.
type Source struct {
	Dt    float64      // ms of a step, > 0; only neurons and delays need it
	Euler bool         // whether the reader decays by 1 - dt/tau in a step rather than e^(-dt/tau), as Options.Euler
	Store *graph.Store // that keeps the layer's parameters, under the layer's name; nil if it keeps none
}

// values places a layer on a copy of what the store keeps under its name, in float64, and returns the
// numbers of the nodes that come of it. What the store lacks is an error.
func (s Source) values(name string, place func(g *graph.Graph) []*graph.Node) ([]*tensor.Dense, error) {
	store := graph.NewStore(0)
	if s.Store != nil {
		for _, p := range s.Store.Params() {
			if !strings.HasPrefix(p.Name, name+".") {
				continue
			}
			a, err := ndarray.Of(p.Value)
			if err != nil {
				return nil, unsupported(name, "%s: %v", p.Name, err)
			}
			a.Data = ndarray.Floats(a.Data)
			if err := store.Put(p.Name, a.Dense(), p.Trained); err != nil {
				return nil, unsupported(name, "%v", err)
			}
		}
	}
	kept := len(store.Params())
	g := graph.NewIn(store)
	nodes := place(g)
	var missing []string
	for _, p := range store.Params()[kept:] {
		missing = append(missing, p.Name)
	}
	if len(missing) > 0 {
		return nil, unsupported(name, "the store has no %s", strings.Join(missing, ", "))
	}
	prog, err := g.Compile(nodes...)
	if err != nil {
		return nil, unsupported(name, "%v", err)
	}
	out, err := prog.Run()
	if err != nil {
		return nil, unsupported(name, "%v", err)
	}
	return out, nil
}

// constant returns the numbers of one constant of a layer, whatever parameter it is.
func (s Source) constant(name, field string, p layers.Param, def float64, shape []int) ([]float64, error) {
	if p == nil {
		p = layers.Const(def)
	}
	const stand = "VRest" // a resting potential may be any parameter
	from := Source{Store: graph.NewStore(0)}
	if s.Store != nil {
		if kept := s.Store.Get(name + "." + field); kept != nil {
			if err := from.Store.Put(name+"."+stand, kept.Value, kept.Trained); err != nil {
				return nil, unsupported(name, "%v", err)
			}
		}
	}
	out, err := from.values(name, func(g *graph.Graph) []*graph.Node {
		c := layers.LeakyIntegrator{Shape: shape, VRest: p, DType: graph.Float64}.In(g, name, 1)
		return []*graph.Node{c.VRest.BroadcastTo(shape...)}
	})
	if err != nil {
		text := strings.ReplaceAll(err.Error(), name+"."+stand, name+"."+field)
		return nil, fmt.Errorf("%w: %s", ErrUnsupported, strings.TrimPrefix(text, ErrUnsupported.Error()+": "))
	}
	return slices.Clone(out[0].Float64s()), nil
}

// memory returns tau in seconds and the share 1 - decay of a step for membranes that have Tau, or Decay;
// tau is nil where nothing decays.
func (s Source) memory(name string, p layers.LeakyIntegrator, shape []int) (tau, share []float64, err error) {
	if !(s.Dt > 0) || math.IsInf(s.Dt, 1) {
		return nil, nil, unsupported(name, "Source.Dt is %v ms, want > 0 and finite", s.Dt)
	}
	if p.Decay == nil {
		ms, err := s.constant(name, "Tau", p.Tau, 10, shape)
		if err != nil {
			return nil, nil, err
		}
		for _, t := range ms {
			share = append(share, -math.Expm1(-s.Dt/t))
			tau = append(tau, t/msPerSecond)
		}
		return s.stepped(tau, share), share, nil
	}
	decay, err := s.constant(name, "Decay", p.Decay, 0, shape)
	if err != nil {
		return nil, nil, err
	}
	if !slices.ContainsFunc(decay, func(d float64) bool { return d != 1 }) {
		return nil, nil, nil
	}
	for _, d := range decay {
		if !(d > 0 && d < 1) {
			return nil, nil, unsupported(name, "a Decay of %v is no time constant; want numbers between 0 and 1, or 1 for all", d)
		}
		share = append(share, 1-d)
		tau = append(tau, -s.Dt/msPerSecond/math.Log(d))
	}
	return s.stepped(tau, share), share, nil
}

// stepped returns the tau with which a reader comes to the share of a step.
func (s Source) stepped(tau, share []float64) []float64 {
	if s.Euler {
		for i, k := range share {
			tau[i] = s.Dt / msPerSecond / k
		}
	}
	return tau
}
