package layers

import "github.com/spikegraph/spikegraph/surrogate"

// Leaky returns neurons that count time in steps, as snnTorch's Leaky with its defaults (Eshraghian
// and others 2023, doi:10.1109/JPROC.2023.3308088):
//
//	V ← decay·V + x - VTh·[V >= VTh],  z = 1 where V >= VTh
//
// The threshold is 1; the reset waits for the next step and passes no gradient. To train the decay
// as that library does, give Train(Const(0.9)).Shared().Through(Unit). Its mechanism "zero" is Reset
// Hard with Timing BeforeInput; in its RLeaky that drops the input too, which is Timing AfterInput.
// Its spike is strict, at V > VTh.
func Leaky(n int, decay Param) LIF {
	return LIF{
		N: n, Decay: decay, VTh: Const(1), VReset: Const(0),
		Input: Unscaled, Timing: AfterInput, Detach: true,
		Spike: surrogate.Arctan{Alpha: 2},
	}
}

// IntegrateAndFire returns neurons that lose nothing, as SpikingJelly's IFNode with reset by
// subtraction (Fang and others 2023, doi:10.1126/sciadv.adi1480): V ← V + x, threshold 1. Its
// LIFNode of time constant tau, in steps, has Decay Const(1 - 1/tau) and Input Scaled, or Unscaled
// for decay_input=False; VRest and VReset are its v_reset, with Reset Hard, and 0 where it has none.
func IntegrateAndFire(n int) LIF {
	return LIF{
		N: n, Decay: Const(1), VTh: Const(1), VReset: Const(0),
		Input: Unscaled, Spike: surrogate.Sigmoid{Alpha: 4},
	}
}
