package opsamples

import "github.com/spikegraph/spikegraph/graph"

// SparsePlaces are the elements (row, column) of the matrix [5 4] of the samples, in order: one place
// is named twice, and a row and a column have none.
var SparsePlaces = [][2]int{{0, 1}, {0, 3}, {1, 0}, {3, 3}, {3, 0}, {3, 0}, {4, 1}}

// sparsePattern returns the pattern of SparsePlaces.
func sparsePattern() *graph.Pattern {
	start, col := make([]int32, 6), []int32{}
	for _, at := range SparsePlaces {
		col = append(col, int32(at[1]))
		for i := at[0] + 1; i < len(start); i++ {
			start[i]++
		}
	}
	p, err := graph.NewPattern(5, 4, start, col)
	if err != nil {
		panic(err) // SparsePlaces are a matrix
	}
	return p
}

func sparse() []Sample {
	p := sparsePattern()
	mul := two(func(x, w node) node { return x.SparseMatMul(p, w) })
	mulT := two(func(x, w node) node { return x.SparseMatMulT(p, w) })
	take := two(func(x, y node) node { return x.SampledMatMul(p, y) })
	fires := func(f func(x, w node) node) func(xs []node) node {
		return two(func(x, w node) node { return f(x.Step(), w) })
	}
	n := len(SparsePlaces)
	lists := three(func(x, pre, w node) node { return x.FanIn(pre, w) })
	return []Sample{
		smooth("FanIn/rows", "FanIn", lists, f64(-3, 3, 3, 5), i32(0, 6, 18, 4), f64(-3, 3, 18, 4)),
		smooth("FanIn/one row", "FanIn", lists, f64(-3, 3, 40), i32(0, 41, 3, 7), f64(-3, 3, 3, 7)),
		smooth("FanIn/more axes", "FanIn", lists, f64(-3, 3, 2, 3, 5), i32(0, 6, 4, 2), f64(-3, 3, 4, 2)),
		smooth("SparseMatMul/rows", "SparseMatMul", mul, f64(-3, 3, 3, 5), f64(-3, 3, n)),
		smooth("SparseMatMul/one row", "SparseMatMul", mul, f64(-3, 3, 5), f64(-3, 3, n)),
		smooth("SparseMatMul/more axes", "SparseMatMul", mul, f64(-3, 3, 2, 3, 5), f64(-3, 3, n)),
		smooth("SparseMatMul/many rows", "SparseMatMul", mul, f64(-3, 3, 131, 5), f64(-3, 3, n)),
		smooth("SparseMatMul/ones", "SparseMatMul", one(func(x node) node { return x.SparseMatMul(p, nil) }), f64(-3, 3, 3, 5)),
		smooth("SparseMatMul/spikes", "SparseMatMul", fires(func(x, w node) node { return x.SparseMatMul(p, w) }), f64(-9, 1, 3, 5), f64(-3, 3, n)),
		smooth("SparseMatMulT/rows", "SparseMatMul", mulT, f64(-3, 3, 3, 4), f64(-3, 3, n)),
		smooth("SparseMatMulT/ones", "SparseMatMul", one(func(x node) node { return x.SparseMatMulT(p, nil) }), f64(-3, 3, 3, 4)),
		smooth("SparseMatMulT/spikes", "SparseMatMul", fires(func(x, w node) node { return x.SparseMatMulT(p, w) }), f64(-9, 1, 3, 4), f64(-3, 3, n)),
		smooth("SampledMatMul/rows", "SampledMatMul", take, f64(-3, 3, 3, 5), f64(-3, 3, 3, 4)),
		smooth("SampledMatMul/one row", "SampledMatMul", take, f64(-3, 3, 5), f64(-3, 3, 4)),
		smooth("SampledMatMul/many rows", "SampledMatMul", take, f64(-3, 3, 131, 5), f64(-3, 3, 131, 4)),
		smooth("SampledMatMul/spikes", "SampledMatMul", fires(func(x, y node) node { return x.SampledMatMul(p, y) }), f64(-9, 1, 3, 5), f64(-3, 3, 3, 4)),
	}
}

// JITMatrices are the matrices [5 4] of the samples, by name.
var JITMatrices = map[string]graph.JITMatrix{
	"ones":    {Rows: 5, Cols: 4, P: 0.5, Seed: 7},
	"uniform": {Rows: 5, Cols: 4, P: 0.5, Seed: 1 << 40, Law: graph.JITUniform, A: -1, B: 2},
	"normal":  {Rows: 5, Cols: 4, P: 1, Seed: 9, ByRow: true, Law: graph.JITNormal, A: 0.5, B: 2},
	"none":    {Rows: 5, Cols: 4},
}

func jit() []Sample {
	var ss []Sample
	for _, name := range []string{"ones", "uniform", "normal", "none"} {
		m := JITMatrices[name]
		ss = append(ss,
			smooth("JITMatMul/"+name, "JITMatMul", one(func(x node) node { return x.JITMatMul(m) }), f64(-3, 3, 2, 3, 5)),
			smooth("JITMatMulT/"+name, "JITMatMul", one(func(x node) node { return x.JITMatMulT(m) }), f64(-3, 3, 4)),
		)
	}
	return append(ss, smooth("JITMatMul/normal of spikes", "JITMatMul",
		one(func(x node) node { return x.Step().JITMatMul(JITMatrices["normal"]) }), f64(-5, 1, 3, 5)))
}
