package graph_test

import (
	"math"
	"slices"
)

// from makes the reference of an op that only moves elements: where element i comes from.
func from(shape []int, f func(x arr, i []int) float64) refFunc {
	return func(in []arr) arr { return tab(shape, func(i []int) float64 { return f(in[0], i) }) }
}

// flat is the reference of a reshape.
func flat(shape ...int) refFunc {
	return func(in []arr) arr { return arr{shape, in[0].v} }
}

func same(in []arr) arr { return in[0] }

func cast(f func(x float64) float64) refFunc {
	return func(in []arr) arr { return tab(in[0].shape, func(i []int) float64 { return f(in[0].at(i...)) }) }
}

// withScalar is the reference of f of each element and a scalar.
func withScalar(f func(a, b float64) float64) refFunc {
	return func(in []arr) arr {
		return tab([]int{3}, func(i []int) float64 { return f(in[0].at(i...), in[1].v[0]) })
	}
}

func joined(axis int) refFunc {
	return func(in []arr) arr {
		shape, ax := slices.Clone(in[0].shape), axis
		if ax < 0 {
			ax += len(shape)
		}
		for _, x := range in[1:] {
			shape[ax] += x.shape[ax]
		}
		return tab(shape, func(i []int) float64 {
			at := i[ax]
			for _, x := range in {
				if at < x.shape[ax] {
					return x.at(set(i, ax, at)...)
				}
				at -= x.shape[ax]
			}
			panic("beyond the last part")
		})
	}
}

func scattered(axis, n int) refFunc {
	return func(in []arr) arr {
		x, idx := in[0], in[1]
		k := len(idx.shape)
		shape := slices.Concat(x.shape[:axis], []int{n}, x.shape[axis+k:])
		y := tab(shape, func([]int) float64 { return 0 })
		tab(x.shape, func(i []int) float64 {
			to := slices.Concat(i[:axis], []int{int(idx.at(i[axis : axis+k]...))}, i[axis+k:])
			place := 0
			for j, d := range shape {
				place = place*d + to[j]
			}
			y.v[place] += x.at(i...)
			return 0
		})
		return y
	}
}

func gathered(axis int) refFunc {
	return func(in []arr) arr {
		x, idx := in[0], in[1]
		k := len(idx.shape)
		return tab(slices.Concat(x.shape[:axis], idx.shape, x.shape[axis+1:]), func(i []int) float64 {
			p := int(idx.at(i[axis : axis+k]...))
			return x.at(slices.Concat(i[:axis], []int{p}, i[axis+k:])...)
		})
	}
}

// loopRef runs s = s/2 + tanh x and stacks all s and the last one.
func loopRef(reverse bool) refFunc {
	return func(in []arr) arr {
		xs, s := in[0], slices.Clone(in[1].v)
		steps, n := xs.shape[0], xs.shape[1]
		y := tab([]int{steps + 1, n}, func([]int) float64 { return 0 })
		for i := range steps {
			t := i
			if reverse {
				t = steps - 1 - i
			}
			for j := range n {
				s[j] = s[j]/2 + math.Tanh(xs.at(t, j))
				y.v[t*n+j] = s[j]
			}
		}
		copy(y.v[steps*n:], s)
		return y
	}
}

// doubled runs the While of the samples.
func doubled(in []arr) (arr, float64) {
	x := arr{in[0].shape, slices.Clone(in[0].v)}
	n := 0.0
	for ; sum(x.v) < in[1].v[0] && n < 20; n++ {
		for i := range x.v {
			x.v[i] *= 2
		}
	}
	return x, n
}

// structureRefs are the formulas of samples that are known by their full name.
var structureRefs = map[string]refFunc{
	"Cast/between floats":   cast(func(x float64) float64 { return float64(float32(x)) }),
	"Cast/Int32 to Float32": cast(func(x float64) float64 { return x + 1 }),
	"Cast/Int32 to Float64": cast(func(x float64) float64 { return x + 1 }),
	"Cast/Int32 to Int32":   cast(func(x float64) float64 { return x + 1 }),
	"Cast/Int32 to Bool":    cast(func(x float64) float64 { return truth(x != -1) }),
	"Cast/Bool to Float32":  cast(func(x float64) float64 { return 1 - x }),
	"Cast/Bool to Float64":  cast(func(x float64) float64 { return 1 - x }),
	"Cast/Bool to Int32":    cast(func(x float64) float64 { return 1 - x }),
	"Cast/Bool to Bool":     cast(func(x float64) float64 { return 1 - x }),
	"Cast/floats to Int32":  cast(math.Trunc),
	"Cast/floats to Bool":   cast(func(x float64) float64 { return truth(x != 0) }),

	"Reshape/flat":     flat(24),
	"Reshape/[4 6]":    flat(4, 6),
	"Reshape/scalar":   flat(),
	"Squeeze/1":        flat(3, 2),
	"Unsqueeze/1":      flat(3, 1, 2),
	"Unsqueeze/-1":     flat(3, 2, 1),
	"Flatten/1 -1":     flat(3, 8),
	"Input/[3]":        same,
	"StopGradient/[3]": same,
	"After/[3]":        same,
	"Within/[3]":       cast(func(x float64) float64 { return x * x }),

	"Transpose/matrix":   from([]int{5, 3}, func(x arr, i []int) float64 { return x.at(i[1], i[0]) }),
	"Transpose/large":    from([]int{41, 33}, func(x arr, i []int) float64 { return x.at(i[1], i[0]) }),
	"Transpose/reversed": from([]int{4, 3, 2}, func(x arr, i []int) float64 { return x.at(i[2], i[1], i[0]) }),
	"Transpose/1 0 2":    from([]int{3, 2, 4}, func(x arr, i []int) float64 { return x.at(i[1], i[0], i[2]) }),
	"Transpose/2 -3 1":   from([]int{4, 2, 3}, func(x arr, i []int) float64 { return x.at(i[1], i[2], i[0]) }),
	"Broadcast/rows":     from([]int{2, 3, 4}, func(x arr, i []int) float64 { return x.at(i[2]) }),
	"Broadcast/columns":  from([]int{2, 3, 4}, func(x arr, i []int) float64 { return x.at(i[1], 0) }),
	"Broadcast/scalar":   from([]int{2, 3}, func(x arr, i []int) float64 { return x.at() }),

	"Concat/0":          joined(0),
	"Concat/-1":         joined(-1),
	"Concat/same twice": func(in []arr) arr { return joined(1)([]arr{in[0], in[0]}) },
	"Concat/empty part": same,
	"Concat/many":       func(in []arr) arr { return joined(0)(slices.Repeat(in[:1], 6)) },
	"Stack/0": func(in []arr) arr {
		return tab([]int{2, 2, 3}, func(i []int) float64 { return in[i[0]].at(i[1:]...) })
	},
	"Stack/-1": func(in []arr) arr {
		return tab([]int{2, 3, 2}, func(i []int) float64 { return in[i[2]].at(i[:2]...) })
	},

	"Slice/rows":      from([]int{2, 5}, func(x arr, i []int) float64 { return x.at(i[0]+1, i[1]) }),
	"Slice/columns":   from([]int{4, 3}, func(x arr, i []int) float64 { return x.at(i[0], i[1]+1) }),
	"Slice/steps":     from([]int{2, 2}, func(x arr, i []int) float64 { return x.at(3*i[0], 1+2*i[1]) }),
	"Slice/backwards": from([]int{2, 4}, func(x arr, i []int) float64 { return x.at(3-2*i[0], 3-i[1]) }),
	"Slice/at":        from([]int{1, 1}, func(x arr, i []int) float64 { return x.at(3, 2) }),
	"Index/2":         from([]int{3, 2}, func(x arr, i []int) float64 { return x.at(2, i[0], i[1]) }),
	"Index/-1":        from(nil, func(x arr, i []int) float64 { return x.at(4) }),
	"Narrow/1 2 2":    from([]int{3, 2}, func(x arr, i []int) float64 { return x.at(i[0], i[1]+2) }),
	"Flip/all":        from([]int{3, 4}, func(x arr, i []int) float64 { return x.at(2-i[0], 3-i[1]) }),
	"Flip/1":          from([]int{3, 4}, func(x arr, i []int) float64 { return x.at(i[0], 3-i[1]) }),
	"Split/1":         from([]int{2, 5}, func(x arr, i []int) float64 { return x.at(i[0], (i[1]+2)%5) }),
	"Pad/nothing":     same,
	"Pad/1 0 2 1": from([]int{5, 4}, func(x arr, i []int) float64 {
		if i[0] >= 1 && i[0] < 3 && i[1] < 3 {
			return x.at(i[0]-1, i[1])
		}
		return 1
	}),
	"Diagonal/[2 3 4]": from([]int{2, 3}, func(x arr, i []int) float64 { return x.at(i[0], i[1], i[1]) }),
	"Diagonal/[4 2]":   from([]int{2}, func(x arr, i []int) float64 { return x.at(i[0], i[0]) }),
	"DiagonalMatrix/[2 3]": from([]int{2, 3, 3}, func(x arr, i []int) float64 {
		return x.at(i[0], i[1]) * truth(i[1] == i[2])
	}),

	"Gather/0 [3]":       gathered(0),
	"Gather/1 [2 2]":     gathered(1),
	"Gather/-1 scalar":   gathered(1),
	"Gather/Int32":       gathered(0),
	"Gather/Bool":        gathered(0),
	"ScatterAdd/0 [5]":   scattered(0, 3),
	"ScatterAdd/1 [2 3]": scattered(1, 4),
	"ScatterAdd/-1 scalar": func(in []arr) arr {
		return tab([]int{2, 4}, func(i []int) float64 { return in[0].at(i[0]) * truth(float64(i[1]) == in[1].v[0]) })
	},
	"OneHot/[2 3]": func(in []arr) arr {
		return tab([]int{2, 3, 4}, func(i []int) float64 { return truth(in[0].at(i[:2]...) == float64(i[2])) })
	},

	"MatMul/empty inner": func([]arr) arr { return tab([]int{3, 2}, func([]int) float64 { return 0 }) },

	"Custom/cube":    cast(func(x float64) float64 { return x * x * x }),
	"Const/Like":     cast(func(float64) float64 { return 1.5 }),
	"Param/[3]":      cast(func(float64) float64 { return 0 }), // parameters are zero at first
	"Literal/[3]":    func([]arr) arr { return arr{[]int{3}, []float64{1, -2, 3}} },
	"Cond/then":      withScalar(func(a, b float64) float64 { return a * b }),
	"Cond/else":      withScalar(func(a, b float64) float64 { return math.Exp(a) - b }),
	"Loop/forward":   loopRef(false),
	"Loop/segments":  loopRef(false),
	"Loop/unrolled":  loopRef(false),
	"Loop/truncated": loopRef(false),
	"Loop/reverse":   loopRef(true),
	"Loop/step number": func(in []arr) arr {
		return tab([]int{6, 3}, func(i []int) float64 { return in[0].at(i...)*float64(i[0]) + in[1].at(i[1]) })
	},
	"While/doubling": func(in []arr) arr { x, _ := doubled(in); return x },
	"While/steps":    func(in []arr) arr { _, n := doubled(in); return arr{nil, []float64{n}} },
}
