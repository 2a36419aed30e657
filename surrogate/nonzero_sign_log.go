package surrogate

import "github.com/spikegraph/spikegraph/graph"

// NonzeroSignLog falls off as 1/|x|, so that neurons far from threshold still learn:
//
//	g'(x) = α / (1 + |αx|)        smooth(x) = ±ln(1 + |αx|), + where x >= 0
//
// The smooth function is not bounded.
//
// Source: Fang et al. 2023, "SpikingJelly: An open-source machine learning infrastructure platform
// for spike-based intelligence", doi:10.1126/sciadv.adi1480 (NonzeroSignLogAbs).
type NonzeroSignLog struct {
	Alpha float64 // height at threshold, > 0; 1
}

// NewNonzeroSignLog returns a NonzeroSignLog with the default Alpha = 1.
func NewNonzeroSignLog() NonzeroSignLog { return NonzeroSignLog{Alpha: 1} }

// Grad returns gy·g'(x).
func (s NonzeroSignLog) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns ±ln(1 + |αx|).
func (s NonzeroSignLog) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s NonzeroSignLog) String() string { return describe(&s) }

func (s *NonzeroSignLog) name() string    { return "NonzeroSignLog" }
func (s *NonzeroSignLog) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *NonzeroSignLog) slope(x *graph.Node) *graph.Node {
	return x.Abs().Scale(s.Alpha).Shift(1).Reciprocal().Scale(s.Alpha)
}

func (s *NonzeroSignLog) smooth(x *graph.Node) *graph.Node {
	log := magnitude(x).Scale(s.Alpha).Log1p()
	return atLeast(x, 0).Select(log, log.Neg())
}
