package opsamples

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// reduceOps lists what reduces over axes, with the name of the op under it.
var reduceOps = []struct {
	name, op string
	f        func(x node, axes ...int) node
	empty    bool // whether an empty axis can be reduced
}{
	{"Sum", "Sum", node.Sum, true},
	{"Prod", "Prod", node.Prod, true},
	{"ReduceMax", "Max", node.ReduceMax, false},
	{"ReduceMin", "Min", node.ReduceMin, false},
	{"LogSumExp", "LogSumExp", node.LogSumExp, true},
	{"Mean", "Sum", node.Mean, false},
	{"Variance", "Sum", node.Variance, false},
}

// ReduceAxes are the axes that reductions of [3 4 2] are sampled over.
var ReduceAxes = [][]int{{}, {0}, {1}, {2}, {-1}, {0, 1}, {1, 2}, {0, 2}, {2, 0}, {0, 1, 2}}

func reductions() []Sample {
	var ss []Sample
	for _, o := range reduceOps {
		for _, axes := range ReduceAxes {
			ss = append(ss, smooth(fmt.Sprintf("%s/axes %v", o.name, axes), o.op,
				one(func(x node) node { return o.f(x, axes...) }), f64(-1.5, 2, 3, 4, 2)))
		}
		ss = append(ss, smooth(o.name+"/long", o.op, one(func(x node) node { return o.f(x, 1) }), f64(0.7, 1.3, 2, 67)))
		if o.empty {
			ss = append(ss, smooth(o.name+"/empty", o.op, one(func(x node) node { return o.f(x.Narrow(1, 0, 0), 1) }), f64(-3, 3, 2, 3)))
		}
	}
	sum := one(func(x node) node { return x.Sum(0, 2) })
	ss = append(ss,
		rough("Sum/Int32", "Sum", sum, i32(-9, 10, 3, 4, 2)),
		// One zero in a column, and two.
		smooth("Prod/zeros", "Prod", one(func(x node) node {
			mask := x.Graph().Values(x.DType(), []float64{1, 0, 1, 1, 1, 0, 1, 0, 1}, 3, 3)
			return x.Mul(mask).Prod(0)
		}), f64(0.5, 2, 3, 3)))
	for _, axis := range []int{0, 1, -1} {
		ss = append(ss,
			rough(fmt.Sprintf("ArgMax/axis %d", axis), "ArgMax", one(func(x node) node { return x.ArgMax(axis) }), f64(-3, 3, 3, 4, 2)),
			rough(fmt.Sprintf("ArgSort/axis %d", axis), "ArgSort", one(func(x node) node { return x.ArgSort(axis) }), f64(-3, 3, 3, 4, 2)),
			smooth(fmt.Sprintf("Softmax/axis %d", axis), "LogSumExp", one(func(x node) node { return x.Softmax(axis) }), f64(-3, 3, 3, 4, 2)),
			smooth(fmt.Sprintf("LogSoftmax/axis %d", axis), "LogSumExp", one(func(x node) node { return x.LogSoftmax(axis) }), f64(-3, 3, 3, 4, 2)))
		for _, reverse := range []bool{false, true} {
			for _, exclusive := range []bool{false, true} {
				ss = append(ss, smooth(fmt.Sprintf("CumSum/axis %d reverse %v exclusive %v", axis, reverse, exclusive), "CumSum",
					one(func(x node) node { return x.CumSum(axis, reverse, exclusive) }), f64(-3, 3, 3, 4, 2)))
			}
		}
	}
	return append(ss, smooth("CumSum/empty", "CumSum", one(func(x node) node { return x.Narrow(0, 0, 0).CumSum(0, false, false).Sum(0) }), f64(-3, 3, 2, 3)))
}

// onAllTypes makes a sample for floats, and one each for Int32 and Bool, which have no derivative.
func onAllTypes(name, op string, build func(xs []*graph.Node) *graph.Node, shapes ...[]int) []Sample {
	floats, ints, bools := make([]Input, len(shapes)), make([]Input, len(shapes)), make([]Input, len(shapes))
	for i, s := range shapes {
		floats[i], ints[i], bools[i] = f64(-3, 3, s...), i32(-9, 10, s...), boolean(s...)
	}
	return []Sample{
		smooth(name, op, build, floats...),
		rough(name+", Int32", op, build, ints...),
		rough(name+", Bool", op, build, bools...),
	}
}
