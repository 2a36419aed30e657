package optim

import (
	"math/rand/v2"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
)

// A Param is one parameter during an update: what a Rule computes with.
type Param struct {
	Theta *graph.Node // value before the update
	Grad  *graph.Node // gradient, of the same type
	up    *update
	fresh bool // it had no slots in the store when the update was built
}

// update is what the parameters of one call of Update share.
type update struct {
	g     *graph.Graph
	steps *graph.Node // updates done, Int32
	time  Time
	due   *graph.Node // Bool: this run ends an accumulation; nil if every run updates
	done  int         // updates the store has seen while the graph is built
}

// param looks for slots of theta in the store; it comes before any are placed.
func (u *update) param(theta *graph.Node) *Param {
	p := &Param{Theta: theta, up: u, fresh: true}
	own := p.slotName("")
	for _, s := range u.g.Store().Params() {
		slot, ok := strings.CutPrefix(s.Name, own)
		if ok && !strings.Contains(slot, ".") {
			p.fresh = false
		}
	}
	return p
}

func (p *Param) slotName(slot string) string { return prefix + p.Theta.ParamName() + "." + slot }

// Slot returns a state of the rule for this parameter: of its type, zeros before the first update.
func (p *Param) Slot(name string) *graph.Node { return p.SlotOf(name, p.Theta.Shape()...) }

// SlotOf is Slot with a shape of its own.
func (p *Param) SlotOf(name string, shape ...int) *graph.Node {
	return p.up.g.Param(p.slotName(name), graph.Var{DType: p.Theta.DType(), Shape: shape, Fixed: true})
}

// Set makes the slot take a value at the update.
func (p *Param) Set(slot, value *graph.Node) { p.up.set(slot, value) }

// set updates old to value if the update is due.
func (u *update) set(old, value *graph.Node) {
	if u.due != nil {
		value = u.due.Select(value, old)
	}
	u.g.Update(old, value)
}

// Average moves the slot name towards x and returns its new value: s ← β·s + (1-β)·x.
func (p *Param) Average(name string, beta float64, x *graph.Node) *graph.Node {
	s := p.Slot(name)
	next := s.Scale(beta).Add(x.Scale(1 - beta))
	p.Set(s, next)
	return next
}

// Count returns t, the number of this update: 1 at the first, a Float64 scalar. A parameter that
// joins when others have been updated already, because it was frozen, counts from there: its
// averages begin at zero, and that is what bias corrections correct.
func (p *Param) Count() *graph.Node {
	done := p.up.steps
	since := p.slotName("since")
	if p.up.g.Store().Get(since) != nil || p.fresh && p.up.done > 0 {
		done = done.Sub(p.up.g.Param(since, graph.Var{
			DType: graph.Int32, Shape: []int{}, Init: number(p.up.done), Fixed: true}))
	}
	return done.Cast(graph.Float64).Shift(1)
}

// number is the Initializer of a scalar counter.
type number int

func (n number) Init([]int, *rand.Rand) ([]float64, error) { return []float64{float64(n)}, nil }

// Power returns β^t, a Float64 scalar.
func (p *Param) Power(beta float64) *graph.Node {
	t := p.Count()
	return t.Like(beta).Pow(t)
}

// Unbias returns 1 - β^t, a Float64 scalar: the sum of the weights in a running average that began
// at zero (Kingma, Ba 2015, section 3).
func (p *Param) Unbias(beta float64) *graph.Node { return p.Power(beta).Neg().Shift(1) }

// Rate returns the learning rate in force, a Float64 scalar.
func (p *Param) Rate(s Schedule) *graph.Node { return s.Rate(p.up.time) }

// Scalar returns the Float64 scalar x in the parameter's type. A constant stays one.
func (p *Param) Scalar(x *graph.Node) *graph.Node {
	if a := x.Attrs(); a.Name == "Const" {
		return p.up.g.Const(p.Theta.DType(), a.Value)
	}
	return x.Cast(p.Theta.DType())
}

// decayed returns (1-ω)·θ: weight decay apart from the gradient, not multiplied by the rate.
func decayed(theta *graph.Node, decay float64) *graph.Node {
	if decay == 0 {
		return theta
	}
	return theta.Scale(1 - decay)
}
