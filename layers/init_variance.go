package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// Fan says which connections of a neuron VarianceScaling counts.
type Fan uint8

// The fans.
const (
	FanIn  Fan = iota // connections to a neuron: keeps the variance of signals going forward
	FanOut            // connections from a neuron: keeps the variance of gradients going back
	FanAvg            // the mean of both
)

// Law says what VarianceScaling draws from.
type Law uint8

// The laws.
const (
	TruncatedLaw Law = iota // normal, cut at two standard deviations and scaled to the variance again
	NormalLaw               // normal
	UniformLaw              // uniform, on an interval around 0
)

// VarianceScaling draws weights of mean 0 and variance Scale/fan, so that signals neither grow nor
// fade from layer to layer. Of a shape of at least two axes, InAxis and OutAxis, counted from the
// end if negative, are those of the neurons before and after; all others are the receptive field:
//
//	fan_in = shape[InAxis] · receptive, fan_out = shape[OutAxis] · receptive
//
// XavierNormal, KaimingNormal, LecunNormal and their kin return the usual ones.
type VarianceScaling struct {
	Scale           float64 // > 0
	Fan             Fan
	Law             Law
	InAxis, OutAxis int // -2, -1 for weights [in out] and kernels [k... in out]
}

func scaling(scale float64, f Fan, l Law) VarianceScaling {
	return VarianceScaling{Scale: scale, Fan: f, Law: l, InAxis: -2, OutAxis: -1}
}

// KaimingUniform returns the initializer for rectifiers, variance 2/fan_in, uniform: He, Zhang,
// Ren, Sun 2015, eq. 10, doi:10.1109/ICCV.2015.123.
func KaimingUniform() VarianceScaling { return scaling(2, FanIn, UniformLaw) }

// KaimingNormal is KaimingUniform with a truncated normal distribution.
func KaimingNormal() VarianceScaling { return scaling(2, FanIn, TruncatedLaw) }

// XavierUniform returns the initializer of variance 2/(fan_in + fan_out), uniform: Glorot, Bengio
// 2010, eq. 16, https://proceedings.mlr.press/v9/glorot10a.html.
func XavierUniform() VarianceScaling { return scaling(1, FanAvg, UniformLaw) }

// XavierNormal is XavierUniform with a truncated normal distribution.
func XavierNormal() VarianceScaling { return scaling(1, FanAvg, TruncatedLaw) }

// LecunUniform returns the initializer of variance 1/fan_in, uniform: LeCun, Bottou, Orr, Müller
// 1998, doi:10.1007/3-540-49430-8_2.
func LecunUniform() VarianceScaling { return scaling(1, FanIn, UniformLaw) }

// LecunNormal is LecunUniform with a truncated normal distribution.
func LecunNormal() VarianceScaling { return scaling(1, FanIn, TruncatedLaw) }

// cutDeviation is the standard deviation of a standard normal number cut at ±2.
const cutDeviation = 0.87962566103423978

// Init draws the weights from r.
func (v VarianceScaling) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !positive.has(v.Scale) || v.Fan > FanAvg || v.Law > UniformLaw {
		return nil, fmt.Errorf("%w: %+v", graph.ErrValue, v)
	}
	in, out, err := v.fans(shape)
	if err != nil {
		return nil, err
	}
	fan := [...]float64{FanIn: in, FanOut: out, FanAvg: (in + out) / 2}[v.Fan]
	std := math.Sqrt(v.Scale / max(fan, 1)) // an empty axis has no weights to scale
	switch v.Law {
	case UniformLaw:
		limit := math.Sqrt(3) * std
		return Uniform{-limit, limit}.Init(shape, r)
	case NormalLaw:
		return Normal{0, std}.Init(shape, r)
	}
	return TruncatedNormal{0, std / cutDeviation, -2, 2}.Init(shape, r)
}

// fans returns the connections to and from a neuron.
func (v VarianceScaling) fans(shape []int) (in, out float64, err error) {
	a, okA := axis(v.InAxis, len(shape))
	b, okB := axis(v.OutAxis, len(shape))
	if !okA || !okB || a == b {
		return 0, 0, fmt.Errorf("%w: axes %d and %d of weights %v, want two of at least two", graph.ErrShape, v.InAxis, v.OutAxis, shape)
	}
	receptive := 1
	for i, n := range shape {
		if i != a && i != b {
			receptive *= n
		}
	}
	return float64(shape[a] * receptive), float64(shape[b] * receptive), nil
}

// axis returns i counted from the front, and whether there is such an axis.
func axis(i, rank int) (int, bool) {
	if i < 0 {
		i += rank
	}
	return i, i >= 0 && i < rank
}
