package graph_test

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

// elementRefs are the formulas of ops that are applied to each element, by the name of the op.
var elementRefs = map[string]func(x ...float64) float64{
	"Neg":        func(x ...float64) float64 { return -x[0] },
	"Abs":        func(x ...float64) float64 { return math.Abs(x[0]) },
	"Exp":        func(x ...float64) float64 { return math.Exp(x[0]) },
	"Expm1":      func(x ...float64) float64 { return math.Expm1(x[0]) },
	"Log":        func(x ...float64) float64 { return math.Log(x[0]) },
	"Log1p":      func(x ...float64) float64 { return math.Log1p(x[0]) },
	"Sqrt":       func(x ...float64) float64 { return math.Sqrt(x[0]) },
	"Square":     func(x ...float64) float64 { return x[0] * x[0] },
	"Reciprocal": func(x ...float64) float64 { return 1 / x[0] },
	"Sin":        func(x ...float64) float64 { return math.Sin(x[0]) },
	"Cos":        func(x ...float64) float64 { return math.Cos(x[0]) },
	"Tan":        func(x ...float64) float64 { return math.Tan(x[0]) },
	"Tanh":       func(x ...float64) float64 { return math.Tanh(x[0]) },
	"Sinh":       func(x ...float64) float64 { return math.Sinh(x[0]) },
	"Cosh":       func(x ...float64) float64 { return math.Cosh(x[0]) },
	"Asin":       func(x ...float64) float64 { return math.Asin(x[0]) },
	"Acos":       func(x ...float64) float64 { return math.Acos(x[0]) },
	"Atan":       func(x ...float64) float64 { return math.Atan(x[0]) },
	"Erf":        func(x ...float64) float64 { return math.Erf(x[0]) },
	"Sigmoid":    func(x ...float64) float64 { return 1 / (1 + math.Exp(-x[0])) },
	"Softplus":   func(x ...float64) float64 { return math.Log(1 + math.Exp(x[0])) },
	"Relu":       func(x ...float64) float64 { return max(x[0], 0) },
	"Sign":       func(x ...float64) float64 { return truth(x[0] > 0) - truth(x[0] < 0) },
	"Floor":      func(x ...float64) float64 { return math.Floor(x[0]) },
	"Ceil":       func(x ...float64) float64 { return math.Ceil(x[0]) },
	"Round":      func(x ...float64) float64 { return math.RoundToEven(x[0]) },
	"Step":       func(x ...float64) float64 { return truth(x[0] >= 0) },
	"Not":        func(x ...float64) float64 { return 1 - x[0] },
	"Add":        func(x ...float64) float64 { return x[0] + x[1] },
	"Sub":        func(x ...float64) float64 { return x[0] - x[1] },
	"Mul":        func(x ...float64) float64 { return x[0] * x[1] },
	"Div":        func(x ...float64) float64 { return x[0] / x[1] },
	"Pow":        func(x ...float64) float64 { return math.Pow(x[0], x[1]) },
	"Min":        func(x ...float64) float64 { return math.Min(x[0], x[1]) },
	"Max":        func(x ...float64) float64 { return math.Max(x[0], x[1]) },
	"Atan2":      func(x ...float64) float64 { return math.Atan2(x[0], x[1]) },
	"Mod":        func(x ...float64) float64 { return x[0] - math.Floor(x[0]/x[1])*x[1] },
	"Eq":         func(x ...float64) float64 { return truth(x[0] == x[1]) },
	"Ne":         func(x ...float64) float64 { return truth(x[0] != x[1]) },
	"Lt":         func(x ...float64) float64 { return truth(x[0] < x[1]) },
	"Le":         func(x ...float64) float64 { return truth(x[0] <= x[1]) },
	"Gt":         func(x ...float64) float64 { return truth(x[0] > x[1]) },
	"Ge":         func(x ...float64) float64 { return truth(x[0] >= x[1]) },
	"And":        func(x ...float64) float64 { return x[0] * x[1] },
	"Or":         func(x ...float64) float64 { return max(x[0], x[1]) },
	"Xor":        func(x ...float64) float64 { return math.Abs(x[0] - x[1]) },
	"Select":     func(x ...float64) float64 { return x[0]*x[1] + (1-x[0])*x[2] },
	"Scale":      func(x ...float64) float64 { return 2.5 * x[0] },
	"Shift":      func(x ...float64) float64 { return 2.5 + x[0] },
	"LeakyRelu":  func(x ...float64) float64 { return max(x[0], 0.1*x[0]) },
	"Elu":        func(x ...float64) float64 { return max(x[0], 0) + min(0, 1.5*(math.Exp(min(x[0], 0))-1)) },
	"Relu6":      func(x ...float64) float64 { return min(max(x[0], 0), 6) },
	"Clip":       func(x ...float64) float64 { return min(max(x[0], -1), 2) },
	"Spike":      func(x ...float64) float64 { return truth(x[0] >= 0) },
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// divInt32 is whole-number division as documented: toward zero, and 0 by 0.
func divInt32(x ...float64) float64 {
	if x[1] == 0 {
		return 0
	}
	return math.Trunc(x[0] / x[1])
}

// modInt32 is the modulus of whole numbers: 0 by 0.
func modInt32(x ...float64) float64 {
	if x[1] == 0 {
		return 0
	}
	return x[0] - math.Floor(x[0]/x[1])*x[1]
}

type refFunc func(in []arr) arr

// reference returns the naive formula of a sample, nil if there is none.
func reference(s opsamples.Sample) refFunc {
	op, variant, _ := strings.Cut(s.Name, "/")
	if r := structureRefs[strings.TrimSuffix(strings.TrimSuffix(s.Name, ", Int32"), ", Bool")]; r != nil {
		return r
	}
	if r := lineRefs[op]; r != nil {
		return func(in []arr) arr { return r(variant, in) }
	}
	f := elementRefs[op]
	if variant == "Int32" && op == "Div" {
		f = divInt32
	}
	if variant == "Int32" && op == "Mod" {
		f = modInt32
	}
	switch {
	case f == nil:
		return nil
	case variant == "empty": // [2 3] narrowed to [0 3] and summed
		return func([]arr) arr { return tab([]int{3}, func([]int) float64 { return 0 }) }
	}
	return func(in []arr) arr {
		x := make([]float64, len(in))
		return tab(joint(in...), func(i []int) float64 {
			for k := range in {
				x[k] = in[k].at(i...)
			}
			return f(x...)
		})
	}
}

// lineRefs are the formulas of ops whose variants are axes and flags.
var lineRefs = map[string]func(variant string, in []arr) arr{
	"Sum":       reducing(sum),
	"Prod":      reducing(prod),
	"ReduceMax": reducing(slices.Max[[]float64]),
	"ReduceMin": reducing(slices.Min[[]float64]),
	"LogSumExp": reducing(logSumExp),
	"Mean":      reducing(mean),
	"Variance":  reducing(variance),
	"ArgMax": func(variant string, in []arr) arr {
		return reduceRef(in[0], []int{axisOf(variant)}, func(xs []float64) float64 {
			return float64(slices.Index(xs, slices.Max(xs)))
		})
	},
	"ArgSort": func(variant string, in []arr) arr {
		return lines(in[0], axisOf(variant), func(x []float64) []float64 {
			y := make([]float64, len(x))
			for i, v := range x {
				rank := 0
				for j, w := range x {
					if w < v || w == v && j < i {
						rank++
					}
				}
				y[rank] = float64(i)
			}
			return y
		})
	},
	"Softmax": func(variant string, in []arr) arr {
		return lines(in[0], axisOf(variant), func(x []float64) []float64 {
			y := slices.Clone(x)
			for i := range y {
				y[i] = math.Exp(x[i] - logSumExp(x))
			}
			return y
		})
	},
	"LogSoftmax": func(variant string, in []arr) arr {
		return lines(in[0], axisOf(variant), func(x []float64) []float64 {
			y := slices.Clone(x)
			for i := range y {
				y[i] = x[i] - logSumExp(x)
			}
			return y
		})
	},
	"CumSum": func(variant string, in []arr) arr {
		if variant == "empty" {
			return tab([]int{3}, func([]int) float64 { return 0 })
		}
		var axis int
		var reverse, exclusive bool
		fmt.Sscanf(variant, "axis %d reverse %t exclusive %t", &axis, &reverse, &exclusive)
		return lines(in[0], axis, func(x []float64) []float64 {
			y := make([]float64, len(x))
			for i := range x {
				for j := range x {
					if !reverse && j < i || reverse && j > i || i == j && !exclusive {
						y[i] += x[j]
					}
				}
			}
			return y
		})
	},
	"Tril":   triangleRef(func(row, col, k int) bool { return col-row <= k }),
	"Triu":   triangleRef(func(row, col, k int) bool { return col-row >= k }),
	"MatMul": func(_ string, in []arr) arr { return matMulRef(in[0], in[1]) },
	"Einsum": einsumRef,

	"PutSlot":   putSlotRef,
	"TakeAlong": takeAlongRef,
	"AddAlong":  addAlongRef,

	"SparseMatMul":  sparseRef(false),
	"SparseMatMulT": sparseRef(true),
	"SampledMatMul": sampledRef,
	"FanIn":         fanInRef,
	"JITMatMul":     jitRef(false),
	"JITMatMulT":    jitRef(true),
	"Solve":         solveRef,
	"Cholesky":      choleskyRef,
	"SymmetricRoot": rootRef,
	"Lyapunov":      lyapunovRef,
	"Conv":          convRef,
	"MaxPool":       poolRef(largest),
	"MinPool":       poolRef(smallest),
	"SumPool":       poolRef(sum),
	"AvgPool":       poolRef(mean),
}

func axisOf(variant string) (axis int) {
	fmt.Sscanf(variant, "axis %d", &axis)
	return axis
}

func reducing(f func([]float64) float64) func(variant string, in []arr) arr {
	return func(variant string, in []arr) arr {
		switch variant {
		case "empty":
			in[0].shape = []int{2, 0}
			return reduceRef(in[0], []int{1}, f)
		case "long":
			return reduceRef(in[0], []int{1}, f)
		case "Int32":
			return reduceRef(in[0], []int{0, 2}, f)
		case "zeros":
			x := arr{in[0].shape, slices.Clone(in[0].v)}
			for _, i := range []int{1, 5, 7} {
				x.v[i] = 0
			}
			return reduceRef(x, []int{0}, f)
		}
		for _, axes := range opsamples.ReduceAxes {
			if variant == fmt.Sprintf("axes %v", axes) {
				return reduceRef(in[0], axes, f)
			}
		}
		panic("no reference for " + variant)
	}
}

func triangleRef(keep func(row, col, k int) bool) func(variant string, in []arr) arr {
	return func(variant string, in []arr) arr {
		var k int
		fmt.Sscan(variant, &k)
		return tab(in[0].shape, func(i []int) float64 {
			r := len(i)
			return in[0].at(i...) * truth(keep(i[r-2], i[r-1], k))
		})
	}
}

// einsumRef sums over every letter that the result has not.
func einsumRef(spec string, in []arr) arr {
	operands, out, explicit := strings.Cut(spec, "->")
	a, b, _ := strings.Cut(operands, ",")
	if !explicit {
		out = "ik"
	}
	extent := map[byte]int{}
	for i := range a {
		extent[a[i]] = in[0].shape[i]
	}
	for i := range b {
		extent[b[i]] = in[1].shape[i]
	}
	var inner string
	for i := range a + b {
		if c := (a + b)[i]; !strings.Contains(out+inner, string(c)) {
			inner += string(c)
		}
	}
	shape := func(letters string) (s []int) {
		for i := range letters {
			s = append(s, extent[letters[i]])
		}
		return s
	}
	at := map[byte]int{}
	index := func(letters string) (i []int) {
		for k := range letters {
			i = append(i, at[letters[k]])
		}
		return i
	}
	return tab(shape(out), func(i []int) float64 {
		for k := range out {
			at[out[k]] = i[k]
		}
		s := 0.0
		tab(shape(inner), func(j []int) float64 {
			for k := range inner {
				at[inner[k]] = j[k]
			}
			s += in[0].at(index(a)...) * in[1].at(index(b)...)
			return 0
		})
		return s
	})
}

// floatOf rounds to the precision of d.
func floatOf(d graph.DType, x float64) float64 {
	if d == graph.Float32 {
		return float64(float32(x))
	}
	return x
}
