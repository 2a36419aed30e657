package layers

import "github.com/spikegraph/spikegraph/surrogate"

// PLIF returns neurons that learn their time constant, one for the layer (Fang, Yu, Chen, Masquelier,
// Huang, Tian 2021, sec. 3.3, doi:10.1109/ICCV48922.2021.00266): with 1/τ = σ(w),
//
//	V ← V + (x - V)·σ(w),  threshold 1, hard reset to 0
//
// It is a LIF whose decay 1 - 1/τ = σ(-w) is trained through Sigmoid; tau > 1 is τ at first, in
// steps. Leave out Shared for one each.
func PLIF(n int, tau float64) LIF {
	return LIF{
		N: n, Decay: Train(Const(1 - 1/tau)).Shared().Through(Sigmoid),
		VTh: Const(1), VReset: Const(0), Reset: Hard, Spike: surrogate.Arctan{Alpha: 2},
	}
}
