package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Integration says how a step of a neuron whose equations have no closed solution is computed.
type Integration uint8

// The methods, for a step h of dy/dt = f(y) with two variables.
const (
	// ExponentialEuler solves each variable's equation, made linear in that variable about the state
	// before, exactly: y + h·(e^z - 1)/z·f with z = h·∂f/∂y (Certaine 1960; BrainPy's exp_auto).
	ExponentialEuler Integration = iota
	Euler                        // y + h·f
	RungeKutta4                  // the classical method of order 4
)

// slope returns dy/dt at y, and the derivatives of each of them by its own variable.
type slope func(y [2]*graph.Node) (d, own [2]*graph.Node)

// integration returns y after a step.
type integration func(f slope, y [2]*graph.Node) [2]*graph.Node

var integrations = [...]func(h float64) integration{
	ExponentialEuler: exponentialEuler,
	Euler:            euler,
	RungeKutta4:      rungeKutta4,
}

// integration returns the method for steps of dt ms.
func (l placer) integration(m Integration, dt float64) integration {
	if int(m) >= len(integrations) {
		l.fail("Method", fmt.Errorf("%w: Integration(%d)", graph.ErrValue, m))
		m = Euler
	}
	return integrations[m](dt)
}

func exponentialEuler(h float64) integration {
	return func(f slope, y [2]*graph.Node) [2]*graph.Node {
		d, own := f(y)
		for i := range d {
			d[i] = d[i].Mul(exprel(own[i].Scale(h)))
		}
		return moved(y, h, d)
	}
}

func euler(h float64) integration {
	return func(f slope, y [2]*graph.Node) [2]*graph.Node {
		d, _ := f(y)
		return moved(y, h, d)
	}
}

// rungeKutta4 returns y + h/6·(k1 + 2·k2 + 2·k3 + k4).
func rungeKutta4(h float64) integration {
	return func(f slope, y [2]*graph.Node) [2]*graph.Node {
		k1, _ := f(y)
		k2, _ := f(moved(y, h/2, k1))
		k3, _ := f(moved(y, h/2, k2))
		k4, _ := f(moved(y, h, k3))
		var sum [2]*graph.Node
		for i := range sum {
			sum[i] = k1[i].Add(k2[i].Add(k3[i]).Scale(2)).Add(k4[i])
		}
		return moved(y, h/6, sum)
	}
}

// moved returns y + h·d.
func moved(y [2]*graph.Node, h float64, d [2]*graph.Node) [2]*graph.Node {
	return [2]*graph.Node{y[0].Add(d[0].Scale(h)), y[1].Add(d[1].Scale(h))}
}

// exprel returns (e^z - 1)/z, which is 1 at 0.
func exprel(z *graph.Node) *graph.Node {
	const small = 1e-4 // the series leaves out z³/24, 4e-14
	near := z.Abs().Lt(z.Like(small))
	series := z.Scale(1. / 3).Shift(1).Mul(z.Scale(0.5)).Shift(1)
	z = near.Select(z.Like(1), z)
	return near.Select(series, z.Expm1().Div(z))
}
