package opsamples

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// node is the receiver and result of most ops.
type node = *graph.Node

// unaryOps lists the ops of one argument with the interval they are smooth on.
var unaryOps = []struct {
	name   string
	f      func(x node) node
	lo, hi float64
	ints   bool // whether it takes Int32 too
}{
	{"Neg", node.Neg, -3, 3, true},
	{"Abs", node.Abs, 0.2, 3, true},
	{"Exp", node.Exp, -3, 3, false},
	{"Expm1", node.Expm1, -3, 3, false},
	{"Log", node.Log, 0.2, 5, false},
	{"Log1p", node.Log1p, -0.7, 3, false},
	{"Sqrt", node.Sqrt, 0.2, 5, false},
	{"Square", node.Square, -3, 3, true},
	{"Reciprocal", node.Reciprocal, 0.3, 3, false},
	{"Sin", node.Sin, -3, 3, false},
	{"Cos", node.Cos, -3, 3, false},
	{"Tan", node.Tan, -1.2, 1.2, false},
	{"Tanh", node.Tanh, -3, 3, false},
	{"Sinh", node.Sinh, -3, 3, false},
	{"Cosh", node.Cosh, -3, 3, false},
	{"Asin", node.Asin, -0.8, 0.8, false},
	{"Acos", node.Acos, -0.8, 0.8, false},
	{"Atan", node.Atan, -3, 3, false},
	{"Erf", node.Erf, -2, 2, false},
	{"Sigmoid", node.Sigmoid, -3, 3, false},
	{"Softplus", node.Softplus, -3, 3, false},
	{"Relu", node.Relu, 0.2, 3, false},
	{"Sign", node.Sign, 0.2, 3, true},
	{"Floor", node.Floor, 0.2, 0.8, false},
	{"Ceil", node.Ceil, 0.2, 0.8, false},
	{"Round", node.Round, 0.6, 0.9, false},
	{"Step", node.Step, 0.2, 3, false},
}

// unaryShapes are scalars, vectors longer and shorter than a register, and more axes.
var unaryShapes = [][]int{{}, {7}, {3, 4}, {2, 67}, {2, 1, 3, 2}}

func unaries() []Sample {
	var ss []Sample
	for _, o := range unaryOps {
		for _, shape := range unaryShapes {
			ss = append(ss, smooth(fmt.Sprintf("%s/%v", o.name, shape), o.name, one(o.f), f64(o.lo, o.hi, shape...)))
		}
		empty := one(func(x node) node { return o.f(x.Narrow(0, 0, 0)).Sum(0) })
		ss = append(ss, smooth(o.name+"/empty", o.name, empty, f64(o.lo, o.hi, 2, 3)))
		if o.ints {
			ss = append(ss, rough(o.name+"/Int32", o.name, one(o.f), i32(-9, 10, 5, 9)))
		}
	}
	negative := func(name string, f func(x node) node) Sample {
		return smooth(name+"/negative", name, one(f), f64(-3, -0.2, 3, 4))
	}
	return append(ss,
		negative("Abs", node.Abs), negative("Relu", node.Relu), negative("Sign", node.Sign), negative("Step", node.Step),
		negative("Reciprocal", node.Reciprocal),
		rough("Not/[3 4]", "Not", one(node.Not), boolean(3, 4)),
		smooth("Scale/2.5", "Mul", one(func(x node) node { return x.Scale(2.5) }), f64(-3, 3, 3, 4)),
		smooth("Shift/2.5", "Add", one(func(x node) node { return x.Shift(2.5) }), f64(-3, 3, 3, 4)),
		smooth("LeakyRelu/[9]", "Select", one(func(x node) node { return x.LeakyRelu(0.1) }), f64(-3, 3.1, 9)),
		smooth("Elu/[9]", "Select", one(func(x node) node { return x.Elu(1.5) }), f64(-3, 3.1, 9)),
		smooth("Relu6/[9]", "Min", one(node.Relu6), f64(-3, 9.1, 9)),
		smooth("Clip/[9]", "Min", one(func(x node) node { return x.Clip(-1, 2) }), f64(-3, 3.1, 9)),
	)
}

// binaryOps lists the ops of two arguments with the interval they are smooth on.
var binaryOps = []struct {
	name           string
	f              func(a, b node) node
	lo, hi         float64
	ints, compares bool
}{
	{"Add", node.Add, -3, 3, true, false},
	{"Sub", node.Sub, -3, 3, true, false},
	{"Mul", node.Mul, -3, 3, true, false},
	{"Div", node.Div, 0.5, 3, true, false},
	{"Pow", node.Pow, 0.5, 2, false, false},
	{"Min", node.Min, -3, 3, true, false},
	{"Max", node.Max, -3, 3, true, false},
	{"Atan2", node.Atan2, 0.5, 3, false, false},
	{"Mod", node.Mod, 2.1, 3.9, true, false},
	{"Eq", node.Eq, -3, 3, true, true},
	{"Ne", node.Ne, -3, 3, true, true},
	{"Lt", node.Lt, -3, 3, true, true},
	{"Le", node.Le, -3, 3, true, true},
	{"Gt", node.Gt, -3, 3, true, true},
	{"Ge", node.Ge, -3, 3, true, true},
}

// binaryShapes are pairs that broadcast in every way.
var binaryShapes = [][2][]int{
	{{}, {}}, {{3, 4}, {3, 4}}, {{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{}, {2, 3}}, {{2, 3}, {}},
	{{2, 1, 3, 1}, {4, 1, 2}}, {{2, 67}, {67}}, {{5, 33}, {5, 1}},
}

func binaries() []Sample {
	var ss []Sample
	for _, o := range binaryOps {
		sample := smooth
		if o.compares {
			sample = rough // a Bool has no derivative
		}
		for _, sh := range binaryShapes {
			name := fmt.Sprintf("%s/%v %v", o.name, sh[0], sh[1])
			ss = append(ss, sample(name, o.name, two(o.f), f64(o.lo, o.hi, sh[0]...), f64(o.lo, o.hi, sh[1]...)))
		}
		empty := two(func(a, b node) node { return o.f(a.Narrow(0, 0, 0), b).Cast(a.DType()).Sum(0) })
		ss = append(ss, sample(o.name+"/empty", o.name, empty, f64(o.lo, o.hi, 2, 3), f64(o.lo, o.hi, 3)))
		if o.ints {
			ss = append(ss, rough(o.name+"/Int32", o.name, two(o.f), i32(-9, 10, 5, 9), i32(-4, 5, 9)))
		}
	}
	return append(ss,
		smooth("Mod/negative", "Mod", two(node.Mod), f64(-3.9, -2.1, 3, 4), f64(2.1, 3.9, 4)),
		smooth("Atan2/behind", "Atan2", two(node.Atan2), f64(0.5, 3, 3, 4), f64(-3, -0.5, 4)),
	)
}

func logic() []Sample {
	var ss []Sample
	for _, o := range []struct {
		name string
		f    func(a, b node) node
	}{{"And", node.And}, {"Or", node.Or}, {"Xor", node.Xor}, {"Eq", node.Eq}, {"Ne", node.Ne}} {
		ss = append(ss,
			rough(o.name+"/Bool", o.name, two(o.f), boolean(5, 9), boolean(9)),
			rough(o.name+"/Bool scalar", o.name, two(o.f), boolean(), boolean(4)))
	}
	pick := func(xs []node) node { return xs[0].Select(xs[1], xs[2]) }
	for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.Int32, graph.Bool} {
		cast := one(func(x node) node { return x.Cast(d) })
		ss = append(ss,
			rough(fmt.Sprintf("Cast/Int32 to %v", d), "Cast", one(func(x node) node { return x.Shift(1).Cast(other(x)).Cast(d) }), i32(-3, 4, 3, 5)),
			rough(fmt.Sprintf("Cast/Bool to %v", d), "Cast", one(func(x node) node { return x.Not().Cast(other(x)).Cast(d) }), boolean(3, 5)))
		if d == graph.Int32 || d == graph.Bool {
			ss = append(ss, rough(fmt.Sprintf("Cast/floats to %v", d), "Cast", cast, f64(-3, 3, 3, 5)))
		}
	}
	return append(ss,
		// Float32 in between would round away what finite differences look for.
		rough("Cast/between floats", "Cast", one(func(x node) node { return x.Cast(other(x)).Cast(x.DType()) }), f64(-3, 3, 3, 5)),
		smooth("Select/broadcast", "Select", pick, boolean(3, 1), f64(-3, 3, 3, 4), f64(-3, 3, 4)),
		smooth("Select/scalar", "Select", pick, boolean(), f64(-3, 3, 2, 3), f64(-3, 3, 2, 3)),
		rough("Select/Int32", "Select", pick, boolean(3, 4), i32(-9, 9, 4), i32(-9, 9, 3, 1)),
		rough("Select/Bool", "Select", pick, boolean(3, 4), boolean(4), boolean(3, 1)),
	)
}

// other returns a type that x does not have, and that holds its values or nearly so.
func other(x node) graph.DType {
	return map[graph.DType]graph.DType{graph.Float32: graph.Float64, graph.Float64: graph.Float32, graph.Int32: graph.Float32, graph.Bool: graph.Int32}[x.DType()]
}
