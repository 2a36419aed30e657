package surrogate

import "github.com/spikegraph/spikegraph/graph"

// LeakyRelu has one slope above threshold and another below:
//
//	g'(x) = β  where x >= 0,  else α        smooth(x) = βx  where x >= 0,  else αx
//
// The smooth function is not bounded.
//
// Source: Fang et al. 2023, "SpikingJelly", doi:10.1126/sciadv.adi1480 (LeakyKReLU).
type LeakyRelu struct {
	Alpha float64 // slope below threshold, >= 0; 0.1
	Beta  float64 // slope above threshold, > 0; 1
}

// NewLeakyRelu returns a LeakyRelu with the defaults Alpha = 0.1, Beta = 1.
func NewLeakyRelu() LeakyRelu { return LeakyRelu{Alpha: 0.1, Beta: 1} }

// Grad returns gy·g'(x).
func (s LeakyRelu) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns βx above threshold, αx below.
func (s LeakyRelu) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s LeakyRelu) String() string { return describe(&s) }

func (s *LeakyRelu) name() string { return "LeakyRelu" }
func (s *LeakyRelu) params() []param {
	return []param{{"alpha", &s.Alpha, notNegative}, {"beta", &s.Beta, positive}}
}

func (s *LeakyRelu) slope(x *graph.Node) *graph.Node {
	return atLeast(x, 0).Select(scalar(x, s.Beta), scalar(x, s.Alpha))
}

func (s *LeakyRelu) smooth(x *graph.Node) *graph.Node { return x.Mul(s.slope(x)) }
