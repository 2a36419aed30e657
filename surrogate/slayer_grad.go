package surrogate

import "github.com/spikegraph/spikegraph/graph"

// SlayerGrad decays exponentially on both sides of threshold, from height 1:
//
//	g'(x) = e^(-α|x|)
//
// Source: Shrestha and Orchard 2018, "SLAYER: Spike layer error reassignment in time",
// arXiv:1810.08646.
type SlayerGrad struct {
	Alpha float64 // rate of decay, > 0; 1
}

// NewSlayerGrad returns a SlayerGrad with the default Alpha = 1.
func NewSlayerGrad() SlayerGrad { return SlayerGrad{Alpha: 1} }

// Grad returns gy·g'(x).
func (s SlayerGrad) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

func (s SlayerGrad) String() string { return describe(&s) }

func (s *SlayerGrad) name() string    { return "SlayerGrad" }
func (s *SlayerGrad) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *SlayerGrad) slope(x *graph.Node) *graph.Node { return x.Abs().Scale(-s.Alpha).Exp() }
