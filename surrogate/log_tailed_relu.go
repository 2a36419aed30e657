package surrogate

import "github.com/spikegraph/spikegraph/graph"

// LogTailedRelu is a rectifier whose slope falls off as 1/x beyond 1:
//
//	g'(x) = α  where x <= 0;  1  where 0 < x <= 1;  1/x  beyond
//	smooth(x) = αx  where x <= 0;  x  where 0 < x <= 1;  ln x  beyond
//
// So Smooth falls from 1 to 0 at x = 1; SmoothContinuous, as in the paper, has 1 + ln x there. The
// zero value is the default.
//
// Source: Cai et al. 2017, "Deep learning with low precision by half-wave Gaussian quantization",
// doi:10.1109/CVPR.2017.574.
type LogTailedRelu struct {
	Alpha float64 // slope below threshold, >= 0; 0
}

// NewLogTailedRelu returns a LogTailedRelu with the default Alpha = 0.
func NewLogTailedRelu() LogTailedRelu { return LogTailedRelu{} }

// Grad returns gy·g'(x).
func (s LogTailedRelu) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the function with ln x beyond 1.
func (s LogTailedRelu) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

// SmoothContinuous returns the function with 1 + ln x beyond 1, which has no jump.
func (s LogTailedRelu) SmoothContinuous(x *graph.Node) *graph.Node {
	y := smoothOf(&s, x)
	if !y.Valid() {
		return y
	}
	return s.beyond(x).Select(y.Shift(1), y)
}

func (s LogTailedRelu) String() string { return describe(&s) }

func (s *LogTailedRelu) name() string    { return "LogTailedRelu" }
func (s *LogTailedRelu) params() []param { return []param{{"alpha", &s.Alpha, notNegative}} }

func (s *LogTailedRelu) slope(x *graph.Node) *graph.Node {
	return s.beyond(x).Select(s.tail(x).Reciprocal(), s.start(x))
}

func (s *LogTailedRelu) smooth(x *graph.Node) *graph.Node {
	return s.beyond(x).Select(s.tail(x).Log(), x.Mul(s.start(x)))
}

// beyond returns where x > 1.
func (s *LogTailedRelu) beyond(x *graph.Node) *graph.Node { return x.Gt(scalar(x, 1)) }

// start returns the slope up to 1.
func (s *LogTailedRelu) start(x *graph.Node) *graph.Node {
	return x.Gt(scalar(x, 0)).Select(scalar(x, 1), scalar(x, s.Alpha))
}

// tail returns x where x > 1, else 1: the branch not taken must stay finite.
func (s *LogTailedRelu) tail(x *graph.Node) *graph.Node { return x.Max(scalar(x, 1)) }
