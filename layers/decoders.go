package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Decoders make one answer of what a layer gave over time. They stand behind the loop, on stacked
// values [T B ...], and return [B ...].

// SpikeCount returns the number of spikes of zs [T ...] over time.
func SpikeCount(zs *graph.Node) *graph.Node { return overTime("SpikeCount", zs).Sum(0) }

// SpikeRate returns the spikes of zs [T ...] in each step, on average; in Hz, of steps of dt ms.
func SpikeRate(zs *graph.Node, dt float64) *graph.Node {
	if bad := refuse(zs, "SpikeRate", "dt", dt, positive); bad != nil {
		return bad
	}
	return overTime("SpikeRate", zs).Mean(0).Scale(1000 / dt)
}

// FirstSpike returns the time in ms of the first spike of zs [T ...], and T·dt where there is none.
// A spike of the first step has time 0:
//
//	t = dt·Σ_k Π_{j <= k} (1 - z_j)
//
// For spikes that are 0 or 1 this counts the steps before the first one. As a function of numbers
// it has a derivative,
//
//	∂t/∂z_i = -dt·Σ_{k >= i} Π_{j <= k, j ≠ i} (1 - z_j)
//
// a spike more before the first brings the time forward, one less in its place leaves it to the
// next, and what comes later changes nothing. Through the surrogates of the spikes it reaches the
// potentials, also of neurons that do not fire.
func FirstSpike(zs *graph.Node, dt float64) *graph.Node {
	if bad := refuse(zs, "FirstSpike", "dt", dt, positive); bad != nil {
		return bad
	}
	if zs = overTime("FirstSpike", zs); !zs.Valid() {
		return zs
	}
	type state struct{ Silent, Time *graph.Node }
	none := zs.Index(0)
	_, last := graph.Loop(zs, state{none.Like(1), none.Like(0)}, func(z *graph.Node, s state) (struct{}, state) {
		s.Silent = s.Silent.Mul(z.Neg().Shift(1))
		return struct{}{}, state{s.Silent, s.Time.Add(s.Silent)}
	})
	return last.Time.Scale(dt)
}

// LastPotential returns the potential of the last step of vs [T ...].
func LastPotential(vs *graph.Node) *graph.Node {
	if vs = overTime("LastPotential", vs); !vs.Valid() {
		return vs
	}
	return vs.Index(vs.Dim(0) - 1)
}

// MaxPotential returns the largest potential over time of vs [T ...]; its gradient goes to the step
// where that was.
func MaxPotential(vs *graph.Node) *graph.Node { return overTime("MaxPotential", vs).ReduceMax(0) }

// MeanPotential returns the mean over time of vs [T ...].
func MeanPotential(vs *graph.Node) *graph.Node { return overTime("MeanPotential", vs).Mean(0) }

// overTime returns x, checked: it has a leading axis of at least one step.
func overTime(function string, x *graph.Node) *graph.Node {
	if x.Valid() && (x.Rank() == 0 || x.Dim(0) == 0) {
		return x.Graph().Fail(fmt.Errorf("%s: %w: %v, want steps [T ...]", function, graph.ErrShape, x.Type()))
	}
	return x
}
