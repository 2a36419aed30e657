package losses

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// VanRossum returns the squared van Rossum distance of spike trains z from targets y, both [T B …]:
// each is filtered by a decaying exponential, and the squared difference is integrated.
//
//	u_t = e^(-dt/τ) u_{t-1} + z_t - y_t        D² = dt/τ Σ_t u_t²
//
// tau is the time constant τ and dt the step, both in ms, > 0. A spike too many costs about ½, one
// that is off by Δ about 1 - e^(-Δ/τ). The reduction is over trains, None returns [B …].
//
// Source: van Rossum 2001, "A novel spike distance", doi:10.1162/089976601300014321. His integral
// goes on for ever; ours ends with the last step.
func VanRossum(spikes, targets *graph.Node, tau, dt float64, r Reduction) *graph.Node {
	defer within("VanRossum", spikes)()
	if bad := unlike(spikes, targets); bad != nil {
		return bad
	}
	if bad := notTrains(spikes); bad != nil {
		return bad
	}
	err := notPositive("tau", tau)
	if err == nil {
		err = notPositive("dt", dt)
	}
	if err != nil {
		return fail(spikes, err)
	}
	decay := math.Exp(-dt / tau)
	e := spikes.Sub(targets)
	u, _ := graph.Loop(e, e.Index(0).Like(0), func(e, u *graph.Node) (*graph.Node, *graph.Node) {
		u = u.Scale(decay).Add(e)
		return u, u
	})
	return r.of(u.Square().Sum(0).Scale(dt / tau))
}
