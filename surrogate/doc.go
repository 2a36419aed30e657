// Package surrogate holds stand-ins for the derivative of the spike.
//
// A spiking neuron fires where its potential x, measured from threshold, reaches zero: its spike is
// the step H(x), 1 where x >= 0. The derivative of H is zero wherever it exists, so nothing would be
// learned through it; training puts a surrogate g'(x) in its place. Forward, the spike stays the
// step exactly.
//
//	z := v.Spike(surrogate.Arctan{Alpha: 2})            // g'(x) = 1/(1 + (πx)²)
//	z = v.Spike(surrogate.NewSigmoid())                 // with the defaults of its source
//	s, err := surrogate.New("arctan", map[string]float64{"alpha": 2})
//
// Each surrogate is a comparable struct of float64 parameters with these methods:
//
//   - Grad(x, gy) returns gy·g'(x), with the shape and type of x; it can be differentiated again.
//   - Smooth(x), for the thirteen that have one, returns the function of which g' is the slope.
//   - String prints Name(param=value, …).
//
// A number left out of a literal is zero, and is refused where zero makes no sense; New<Name>
// returns the struct with its defaults. A parameter out of its domain is a fault of the graph
// that wraps graph.ErrValue, recorded where the surrogate is used. No gradient goes to parameters.
//
// [Spiked] lets a network run with the smooth function forward. [InvSquareGrad2] and [ReluGrad2]
// are spikes of two potentials, now and one step before. [All] lists the surrogates by name.
//
// # The parametrisations of other libraries
//
// snnTorch's and SpikingJelly's arctangent a/2 / (1 + (πau/2)²) is Arctan{Alpha: a}; so
// 1/(1 + (πu)²) is Arctan{Alpha: 2}. snnTorch's fast sigmoid and Norse's SuperSpike 1/(1 + a|u|)²
// are InvSquareGrad{Alpha: a}. Their sigmoid a·σ(au)·σ(-au) is Sigmoid{Alpha: a}.
package surrogate
