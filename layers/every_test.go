package layers_test

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
)

// everyLayer is a layer in some good settings, for the tests that hold all of them to the same.
type everyLayer struct {
	name string
	p    any   // the settings, Float64; the layer itself where it has none
	x    []int // shape of a step's input
	run  func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node
}

// untimed is a layer that has Place and Apply.
func untimed[P interface {
	Place(*graph.Graph, string) C
}, C layers.Synapse](p P, x ...int) everyLayer {
	return everyLayer{reflect.TypeOf(p).Name(), p, x, func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
		return through(p.(P).Place(g, "net"), xs, o)
	}}
}

// through applies a layer to each step.
func through(l layers.Synapse, xs *graph.Node, o graph.LoopOptions) *graph.Node {
	ys, _ := graph.Loop(xs, struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) { return l.Apply(x), s }, o)
	return ys
}

// bare is a layer that is not placed.
func bare[P layers.Synapse](p P, x ...int) everyLayer {
	return everyLayer{reflect.TypeOf(p).Name(), p, x, func(p any, _ *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
		return through(p.(P), xs, o)
	}}
}

// timed is a layer that has In and Step; of its output and last state the float nodes are looked at.
func timed[P interface {
	In(*graph.Graph, string, float64) C
}, C layers.Stepper[S], S any](p P, x ...int) everyLayer {
	return everyLayer{reflect.TypeOf(p).Name(), p, x, func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
		return walked(p.(P).In(g, "net", 1), xs, o)
	}}
}

// placedStep is a layer that has Place and Step.
func placedStep[P interface {
	Place(*graph.Graph, string) C
}, C layers.Stepper[S], S any](p P, x ...int) everyLayer {
	return everyLayer{reflect.TypeOf(p).Name(), p, x, func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
		return walked(p.(P).Place(g, "net"), xs, o)
	}}
}

// walked returns what a layer gives over time, and what of its last state is of the same kind, as one vector.
func walked[S any](l layers.Stepper[S], xs *graph.Node, o graph.LoopOptions) *graph.Node {
	var s S
	ys, last := graph.Loop(xs, s, l.Step, o)
	all := []*graph.Node{ys}
	for _, n := range nodesIn(reflect.ValueOf(last)) {
		if n.DType() == ys.DType() {
			all = append(all, n)
		}
	}
	for i, n := range all {
		if !n.Valid() {
			return n
		}
		all[i] = n.Reshape(n.Shape().Size())
	}
	return graph.Concat(0, all...)
}

// nodesIn returns the nodes of a state.
func nodesIn(v reflect.Value) (ns []*graph.Node) {
	if n, ok := v.Interface().(*graph.Node); ok {
		if n == nil {
			return nil
		}
		return []*graph.Node{n}
	}
	for i := range v.NumField() {
		ns = append(ns, nodesIn(v.Field(i))...)
	}
	return ns
}

// fiveOf9 are five connections of 3 neurons to 3, with an empty row and a pair that is named twice.
var fiveOf9 = layers.CSR{Out: 3, Start: []int32{0, 2, 2, 5}, Post: []int32{2, 0, 1, 1, 2}}

// silent are neurons whose spikes are constants to the gradient, as they are to differences while none comes
// or goes; what else their equations say is checked.
func silent(p layers.LIF) layers.LIF {
	learned := layers.Train(layers.Uniform{Lo: 2, Hi: 5})
	p.DType, p.N, p.Tau, p.VTh, p.VReset = f64, 3, learned, layers.Const(0.1), layers.Const(0)
	p.Spike = surrogate.ReluGrad{Alpha: 1, Width: 1e-9}
	return p
}

// everyLayers are all layers, at least one of each type.
func everyLayers() []everyLayer {
	learned := layers.Train(layers.Uniform{Lo: 0.3, Hi: 0.7})
	delays := layers.Train(layers.Uniform{Lo: 0.1, Hi: 1.9})
	d := f64
	pool := layers.PoolLast{Kernel: []int{2}, Padding: layers.Around{1}}
	target := layers.AdaptivePool{Target: []int{2}}
	wide := layers.Pool{Kernel: []int{2}, Channel: new(-1)}
	conv := layers.Conv{In: 2, Out: 2, Groups: 2, Kernel: []int{2}, Stride: []int{2}, DType: d}
	up := layers.ConvTranspose{In: 2, Out: 2, Groups: 2, Kernel: []int{2}, Stride: []int{2}, DType: d}
	conv2, up2 := conv, up
	conv2.Kernel, up2.Kernel = []int{2, 1}, []int{1, 2}
	line, plane, space := []int{1, 4, 2}, []int{1, 3, 4, 2}, []int{1, 2, 3, 2, 2}
	reservoir := layers.Reservoir{In: 2, N: 4, InDensity: 1, Density: 0.5, B: learned, LeakRate: learned, DType: d}
	liquid := layers.NewLiquid(2)
	liquid.Shape, liquid.Neuron, liquid.Win, liquid.Connect = [3]int{1, 1, 3}, silent(liquid.Neuron), learned, layers.LiquidPairs{EE: 1, EI: 1, IE: 1, II: 1}
	liquid.Neuron.N, liquid.Neuron.VTh = 0, layers.Const(1e4)
	spiking := layers.SpikingReservoir{Inputs: 2, N: 3, InDensity: 1, Density: 1, Win: learned, B: learned, Rise: layers.Const(1.5), DType: d}
	return []everyLayer{
		untimed(layers.Dense{In: 3, Out: 2, DType: d}, 2, 3),
		untimed(layers.AllToAll{In: 3, Out: 2, NoSelf: true, DType: d}, 2, 3),
		untimed(layers.AllToAll{In: 3, Out: 2, W: learned.Shared(), NoSelf: true, DType: d}, 2, 3),
		untimed(layers.OneToOne{N: 3, W: learned, DType: d}, 2, 3),
		untimed(layers.MaskedLinear{In: 2, Out: 2, Mask: layers.Values{1, 0, 1, 1}, Func: (*graph.Node).Tanh, DType: d}, 2, 2),
		untimed(layers.CSRLinear{M: fiveOf9, W: learned, DType: d}, 2, 3),
		untimed(layers.CSRLinear{M: fiveOf9, W: learned, Transposed: true, DType: d}, 2, 3),
		untimed(layers.JITLinear{In: 3, Out: 2, P: 0.6, Seed: 1, DType: d}, 2, 3),
		untimed(layers.JITLinear{In: 3, Out: 2, P: 0.6, W: layers.Normal{Std: 1}, DType: d}, 2, 3),
		{"CSR", fiveOf9, []int{2, 5}, func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			c := p.(layers.CSR).Place(g, "net")
			return through(layers.Func(func(x *graph.Node) *graph.Node { return c.Prod(c.Softmax(x)) }), xs, o)
		}},
		untimed(conv2, plane...), untimed(layers.Conv1d(conv), line...), untimed(layers.Conv2d(conv), plane...), untimed(layers.Conv3d(conv), space...),
		untimed(up2, plane...), untimed(layers.ConvTranspose1d(up), line...), untimed(layers.ConvTranspose2d(up), plane...), untimed(layers.ConvTranspose3d(up), space...),
		untimed(layers.MaxPool(wide), plane...), untimed(layers.MinPool(wide), plane...), untimed(layers.AvgPool(wide), plane...),
		untimed(layers.MaxPool1d(pool), line...), untimed(layers.MaxPool2d(pool), plane...), untimed(layers.MaxPool3d(pool), space...),
		untimed(layers.AvgPool1d(pool), line...), untimed(layers.AvgPool2d(pool), plane...), untimed(layers.AvgPool3d(pool), space...),
		untimed(layers.AdaptiveAvgPool1d(target), line...), untimed(layers.AdaptiveAvgPool2d(target), plane...), untimed(layers.AdaptiveAvgPool3d(target), space...),
		untimed(layers.AdaptiveMaxPool1d(target), line...), untimed(layers.AdaptiveMaxPool2d(target), plane...), untimed(layers.AdaptiveMaxPool3d(target), space...),
		untimed(layers.BatchNorm{N: 3, Training: true, DType: d}, 4, 3),
		untimed(layers.BatchNorm{N: 3, DType: d}, 2, 3),
		untimed(layers.LayerNorm{Shape: []int{3}, DType: d}, 2, 3),
		untimed(layers.GroupNorm{Groups: 2, Channels: 4, DType: d}, 2, 3, 4),
		untimed(layers.PReLU{N: 3, DType: d}, 2, 3), untimed(layers.PReLU{N: 1, DType: d}, 2, 3),
		untimed(layers.Dropout{Keep: 0.6, Training: true}, 3, 4),
		placedStep(layers.Dropout{Keep: 0.6, Training: true}, 3, 4),
		bare(layers.NewRReLU(true), 2, 3), bare(layers.NewRReLU(false), 2, 3), bare(layers.Activation("mish"), 2, 3), bare(layers.Func(layers.Gelu), 2, 3), bare(layers.Flatten(1), 2, 3, 2),
		bare(layers.Straight{}, 2, 3), bare(layers.Sequential{layers.Func((*graph.Node).Exp), layers.Straight{}}, 2, 3),
		bare(layers.Residual{Of: layers.Func((*graph.Node).Exp)}, 2, 3),
		placedStep(layers.RNN{In: 2, N: 3, Activation: "tanh", H0: learned, DType: d}, 2, 2),
		placedStep(layers.GRU{In: 2, N: 3, H0: learned, DType: d}, 2, 2),
		placedStep(layers.LSTM{In: 2, N: 2, H0: learned, C0: learned, DType: d}, 2, 2),
		placedStep(layers.ConvLSTM{Size: []int{3}, In: 2, Out: 2, Kernel: []int{2}, Groups: 2, C0: learned, DType: d}, 1, 3, 2),
		timed(layers.LeakyIntegrator{N: 3, R: learned, VRest: learned, DType: d}, 2, 3),
		timed(layers.DoubleExponential{N: 3, DType: d}, 2, 3),
		timed(silent(layers.LIF{}), 2, 3),
		timed(silent(layers.LIF{Reset: layers.Hard, Timing: layers.AfterInput, TauRef: layers.Const(2)}), 2, 3),
		timed(layers.ALIF{LIF: silent(layers.LIF{}), TauA: learned}, 2, 3),
		timed(layers.AdLIF{LIF: silent(layers.LIF{}), A: learned, TauW: learned}, 2, 3),
		timed(layers.Izhikevich{N: 3, DType: d}, 2, 3),
		timed(layers.Theta{N: 3, Tau: layers.Const(20), R: learned, Phase0: learned, Spike: surrogate.ReluGrad{Alpha: 1, Width: 1e-9}, DType: d}, 2, 3),
		timed(layers.Delay{N: 3, D: delays, Max: 2, Training: true, DType: d}, 2, 3),
		timed(layers.Delay{N: 3, D: delays, Max: 2, Interp: layers.GaussianDelay, Training: true, DType: d}, 2, 3),
		timed(layers.Delay{N: 3, Max: 2, DType: d}, 2, 3),
		{"DelayLine", layers.DelayLine{N: 3, Max: 2, Past: learned, DType: d}, []int{2, 3}, func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			line, most := p.(layers.DelayLine).In(g, "net", 1), p.(layers.DelayLine).Max
			ys, _ := graph.Loop(xs, layers.DelayState{}, func(x *graph.Node, s layers.DelayState) (*graph.Node, layers.DelayState) {
				if s = line.Push(x, s); !s.Line.Valid() {
					return s.Line, s
				}
				return line.Read(s, x.Sigmoid().Scale(0.9*most)).Add(line.Read(s, g.Const(x.DType(), 0.2*most))), s
			}, o)
			return ys
		}},
		{"DelayedDense", layers.DelayedDense{In: 2, Out: 2, D: delays, Max: 2, Training: true, DType: d}, []int{2, 2},
			func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
				return walked(p.(layers.DelayedDense).Place(g, "net", 1), xs, o)
			}},
		placedStep(reservoir, 2, 2),
		placedStep(layers.NVAR{In: 2, Delay: 2, Stride: 2, Orders: []int{2}, Constant: true}, 2, 2),
		timed(liquid, 2, 2),
		{"SpikingReservoir", spiking, []int{2, 2}, func(p any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			p1 := silent(layers.LIF{})
			p1.VTh = layers.Const(1e4)
			return walked(layers.Populate(p1.In(g, "neurons", 1), p.(layers.SpikingReservoir).In(g, "net", 1)), xs, o)
		}},
		{"DeepReservoir", nil, []int{2, 2}, func(_ any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			next := reservoir
			next.In = reservoir.N
			deep := layers.DeepReservoir{reservoir.Place(g, "net"), next.Place(g, "next")}
			ys, _ := graph.Loop(xs, deep.Rest(), deep.Step, o)
			return ys
		}},
		{"ParallelReservoir", nil, []int{2, 2}, func(_ any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			both := layers.ParallelReservoir{reservoir.Place(g, "net"), reservoir.Place(g, "other")}
			ys, _ := graph.Loop(xs, both.Rest(), both.Step, o)
			return ys
		}},
		{"Recurrent", nil, []int{2, 2}, func(_ any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			p := layers.LeakyIntegrator{N: 2, DType: d}
			return walked(layers.Recur(p.In(g, "net", 1), layers.Dense{In: 2, Out: 2, DType: d}.Place(g, "back")), xs, o)
		}},
		{"Chain", nil, []int{2, 2}, func(_ any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			a, b := layers.RNN{In: 2, N: 2, Activation: "tanh", DType: d}, layers.LeakyIntegrator{N: 2, DType: d}
			return walked(layers.Then(a.Place(g, "a"), b.In(g, "b", 1)), xs, o)
		}},
		{"Timeless", nil, []int{2, 2}, func(_ any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			return walked(layers.Stateless(layers.Dense{In: 2, Out: 2, DType: d}.Place(g, "net")), xs, o)
		}},
		{"Skipped", nil, []int{2, 2}, func(_ any, g *graph.Graph, xs *graph.Node, o graph.LoopOptions) *graph.Node {
			return walked(layers.Skip(layers.RNN{In: 2, N: 2, Activation: "tanh", DType: d}.Place(g, "net")), xs, o)
		}},
	}
}

// everyFunctions are all functions of nodes, of an x [4 2 6] within (-4, 4).
func everyFunctions() map[string]func(x *graph.Node) *graph.Node {
	of := func(f func(*graph.Node, float64) *graph.Node, v float64) func(*graph.Node) *graph.Node {
		return func(x *graph.Node) *graph.Node { return f(x, v) }
	}
	all := map[string]func(x *graph.Node) *graph.Node{
		"Celu": of(layers.Celu, 2), "HardShrink": of(layers.HardShrink, 0.5), "SoftShrink": of(layers.SoftShrink, 0), "Gelu": layers.Gelu,
		"GeluTanh": layers.GeluTanh, "HardSigmoid": layers.HardSigmoid, "HardSilu": layers.HardSilu, "LogSigmoid": layers.LogSigmoid,
		"Mish": layers.Mish, "Selu": layers.Selu, "Silu": layers.Silu, "SoftSign": layers.SoftSign, "TanhShrink": layers.TanhShrink,
		"Softmax2d": layers.Softmax2d, "SpikeCount": layers.SpikeCount, "LastPotential": layers.LastPotential,
		"MaxPotential": layers.MaxPotential, "MeanPotential": layers.MeanPotential, "SpikeRate": of(layers.SpikeRate, 0.5),
		"FirstSpike":       func(x *graph.Node) *graph.Node { return layers.FirstSpike(x.Sigmoid(), 0.5) },
		"HardTanh":         func(x *graph.Node) *graph.Node { return layers.HardTanh(x, -0.3, 2) },
		"SoftplusOf":       func(x *graph.Node) *graph.Node { return layers.SoftplusOf(x, 0.5, 1.1) },
		"Threshold":        func(x *graph.Node) *graph.Node { return layers.Threshold(x, 0.4, -1) },
		"RRelu":            func(x *graph.Node) *graph.Node { return layers.RRelu(x, 0.1, 0.3) },
		"PRelu":            func(x *graph.Node) *graph.Node { return layers.PRelu(x, x.Tanh()) },
		"Glu":              func(x *graph.Node) *graph.Node { return layers.Glu(x, 0) },
		"Softmax":          func(x *graph.Node) *graph.Node { return layers.Softmax(x) },
		"Softmin":          func(x *graph.Node) *graph.Node { return layers.Softmin(x, 1) },
		"LogSoftmax":       func(x *graph.Node) *graph.Node { return layers.LogSoftmax(x) },
		"Normalize":        func(x *graph.Node) *graph.Node { return layers.Normalize(x, 1e-3, 0, -1) },
		"Normalize of all": func(x *graph.Node) *graph.Node { return layers.Normalize(x, 1e-3) },
		"Standardize":      func(x *graph.Node) *graph.Node { return layers.Standardize(x, x.Tanh(), x.Square(), 0.1) },
	}
	for _, a := range layers.Activation("").Names() {
		all["Activation "+string(a)] = a.Apply
	}
	return all
}

// settled reports whether the layer has settings, and so a type and a name.
func (l everyLayer) settled() bool {
	if l.p == nil {
		return false
	}
	p := reflect.ValueOf(l.p)
	return p.MethodByName("Place").IsValid() || p.MethodByName("In").IsValid()
}

// kind returns what a name in a table is of: its first word.
func kind(name string) string { return strings.Fields(cmp.Or(name, "?"))[0] }
