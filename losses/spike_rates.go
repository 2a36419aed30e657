package losses

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// RateMSE returns the squared difference between firing rates and target rates, in spikes per step:
//
//	ℓ = (1/T Σ_t z_t - r)²
//
// for spikes z [T B …] and rates r [B …]; the reduction is over all elements, None returns [B …].
// [TargetRates] makes the rates of a classification. With counts instead of rates it is T² times
// as large.
func RateMSE(spikes, rates *graph.Node, r Reduction) *graph.Node {
	defer within("RateMSE", spikes)()
	if bad := notTrains(spikes); bad != nil {
		return bad
	}
	mean := spikes.Mean(0)
	if bad := unlike(mean, rates); bad != nil {
		return bad
	}
	return r.of(mean.Sub(rates).Square())
}

// TargetRates returns rates [… classes] of type d for Int32 class ids [...]: correct for the neuron
// of the class, incorrect for the others, in spikes per step, both in [0, 1].
func TargetRates(ids *graph.Node, classes int, correct, incorrect float64, d graph.DType) *graph.Node {
	defer within("TargetRates", ids)()
	y := ids.OneHot(classes, d)
	if !y.Valid() {
		return y
	}
	err := outside("correct", correct, 0, 1)
	if err == nil {
		err = outside("incorrect", incorrect, 0, 1)
	}
	if err != nil {
		return fail(ids, err)
	}
	return y.Scale(correct - incorrect).Shift(incorrect)
}

// RateBounds are the settings of [SpikeRateBounds]; rates are in spikes per step. The zero value
// penalises nothing.
type RateBounds struct {
	Lower       float64 // rate below which a neuron is penalised, in [0, 1]
	LowerWeight float64 // factor of that penalty, >= 0
	Upper       float64 // mean rate of the layer above which it is penalised, in [0, 1]
	UpperWeight float64 // factor of that penalty, >= 0
	Linear      bool    // whether the excess over Upper counts as it is, not squared
}

// SpikeRateBounds penalises neurons of a layer that are nearly silent and a layer that fires too
// much. For spikes z [T B N…] with rates ζ_bn = 1/T Σ_t z_tbn it is the mean over the batch of
//
//	w_l/N Σ_n max(0, ν_l - ζ_bn)²  +  w_u max(0, 1/N Σ_n ζ_bn - ν_u)^L
//
// with L = 2, or 1 if Linear. Bounds are per layer: add one for each.
//
// Source: Zenke and Vogels 2021, doi:10.1162/neco_a_01367 (activity regularisation), whose bounds
// are counts over a trial; Cramer et al. 2022, doi:10.1109/TNNLS.2020.3044364, have L = 2.
func SpikeRateBounds(spikes *graph.Node, o RateBounds) *graph.Node {
	defer within("SpikeRateBounds", spikes)()
	if bad := notTrains(spikes); bad != nil {
		return bad
	}
	if err := o.check(); err != nil {
		return fail(spikes, err)
	}
	rates := spikes.Mean(0)
	silent := rates.Neg().Shift(o.Lower).Relu().Square().Mean()
	excess := rates.Reshape(rates.Dim(0), -1).Mean(1).Shift(-o.Upper).Relu()
	if !o.Linear {
		excess = excess.Square()
	}
	return silent.Scale(o.LowerWeight).Add(excess.Mean().Scale(o.UpperWeight))
}

func (o RateBounds) check() error {
	for _, s := range []struct {
		name  string
		v, hi float64
	}{
		{"Lower", o.Lower, 1}, {"Upper", o.Upper, 1},
		{"LowerWeight", o.LowerWeight, maxWeight}, {"UpperWeight", o.UpperWeight, maxWeight},
	} {
		if err := outside(s.name, s.v, 0, s.hi); err != nil {
			return err
		}
	}
	if o.LowerWeight > 0 && o.UpperWeight > 0 && o.Lower > o.Upper {
		return fmt.Errorf("%w: Lower %v is above Upper %v", graph.ErrValue, o.Lower, o.Upper)
	}
	return nil
}

// maxWeight is where the weight of a penalty is certainly a mistake.
const maxWeight = 1e30

// SpikeL1 returns the mean rate of all neurons, 1/(TBN) Σ |z|, for spikes z [T B N…].
func SpikeL1(spikes *graph.Node) *graph.Node {
	defer within("SpikeL1", spikes)()
	if bad := notTrains(spikes); bad != nil {
		return bad
	}
	return spikes.Abs().Mean()
}

// SpikeL2 returns the mean over samples and neurons of the squared rate, 1/(BN) Σ_bn (1/T Σ_t z)²,
// for spikes z [T B N…]: it weighs on the neurons that fire most.
func SpikeL2(spikes *graph.Node) *graph.Node {
	defer within("SpikeL2", spikes)()
	if bad := notTrains(spikes); bad != nil {
		return bad
	}
	return spikes.Mean(0).Square().Mean()
}
