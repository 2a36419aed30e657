package graph_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// args are valid nodes to misuse.
type args struct {
	g                                *graph.Graph
	f, d, i, b, s, vec, idx, m, pred *graph.Node
}

func validArgs() args {
	g := graph.New()
	in := func(name string, d graph.DType, shape ...int) *graph.Node { return g.Input(name, d, shape...) }
	return args{
		g: g, f: in("f", graph.Float32, 2, 3), d: in("d", graph.Float64, 2, 3), i: in("i", graph.Int32, 2, 3),
		b: in("b", graph.Bool, 2, 3), s: in("s", graph.Float32), vec: in("vec", graph.Float32, 4),
		idx: in("idx", graph.Int32, 2), m: in("m", graph.Float32, 3, 3), pred: in("pred", graph.Bool),
	}
}

// misuses are wrong calls, with the kind of the fault and what its message says after the place.
var misuses = []struct {
	name string
	call func(a args) any
	kind error
	says string
}{
	{"Not", func(a args) any { return a.f.Not() }, graph.ErrDType, `Not(Float32[2 3]): element types do not match: want Bool`},
	{"Exp of Int32", func(a args) any { return a.i.Exp() }, graph.ErrDType, `Exp(Int32[2 3]): element types do not match: want floats; Cast first`},
	{"Neg of Bool", func(a args) any { return a.b.Neg() }, graph.ErrDType, `Neg(Bool[2 3]): element types do not match: want numbers; Cast first`},
	{"Add of two types", func(a args) any { return a.f.Add(a.d) }, graph.ErrDType, `Add(Float32[2 3], Float64[2 3]): element types do not match: Float32 and Float64; Cast one of them`},
	{"Add of shapes", func(a args) any { return a.f.Add(a.vec) }, graph.ErrShape, `Add(Float32[2 3], Float32[4]): shapes do not match: [2 3] and [4] cannot be broadcast together`},
	{"And of floats", func(a args) any { return a.f.And(a.f) }, graph.ErrDType, `And(Float32[2 3], Float32[2 3]): element types do not match: want Bool`},
	{"Add of Bool", func(a args) any { return a.b.Add(a.b) }, graph.ErrDType, `Add(Bool[2 3], Bool[2 3]): element types do not match: want numbers; Cast first`},
	{"Lt of Bool", func(a args) any { return a.b.Lt(a.b) }, graph.ErrDType, `Lt(Bool[2 3], Bool[2 3]): element types do not match: want numbers; Cast first`},
	{"Pow of Int32", func(a args) any { return a.i.Pow(a.i) }, graph.ErrDType, `Pow(Int32[2 3], Int32[2 3]): element types do not match: want floats; Cast first`},
	{"Clip", func(a args) any { return a.f.Clip(1, 0) }, graph.ErrValue, `Clip(1, 0): value out of its domain: the lower bound is above the upper`},
	{"Clip by NaN", func(a args) any { return a.f.Clip(0, math.NaN()) }, graph.ErrValue, `Clip(0, NaN): value out of its domain`},
	{"Select condition", func(a args) any { return a.f.Select(a.f, a.f) }, graph.ErrDType, `Select(Float32[2 3], Float32[2 3], Float32[2 3]): element types do not match: the condition is Float32, want Bool`},
	{"Select types", func(a args) any { return a.b.Select(a.f, a.d) }, graph.ErrDType, `Float32 and Float64; Cast one of them`},
	{"Select shapes", func(a args) any { return a.b.Select(a.f, a.vec) }, graph.ErrShape, `[2 3] and [4] cannot be broadcast together`},
	{"Scale of Int32", func(a args) any { return a.i.Scale(0.5) }, graph.ErrValue, `Const(0.5): value out of its domain: it is no Int32`},
	{"Cast", func(a args) any { return a.f.Cast(graph.DType(17)) }, graph.ErrDType, `Float32[2 3]): element types do not match: DType(17)`},
	{"Cast to Invalid", func(a args) any { return a.f.Cast(graph.Invalid) }, graph.ErrDType, `Cast(Float32[2 3]): element types do not match: Invalid`},
	{"Sum axis", func(a args) any { return a.f.Sum(2) }, graph.ErrShape, `Sum(Float32[2 3]): shapes do not match: axis 2 of shape [2 3]`},
	{"Sum axis twice", func(a args) any { return a.f.Sum(0, -2) }, graph.ErrShape, `Sum(Float32[2 3]): shapes do not match: axis 0 is named twice`},
	{"Sum of Bool", func(a args) any { return a.b.Sum() }, graph.ErrDType, `Sum[0 1](Bool[2 3]): element types do not match: want numbers; Cast first`},
	{"Prod of Int32", func(a args) any { return a.i.Prod() }, graph.ErrDType, `Prod[0 1](Int32[2 3]): element types do not match: only Sum reduces Int32; Cast first`},
	{"ReduceMax of nothing", func(a args) any { return a.f.Narrow(0, 0, 0).ReduceMax(0) }, graph.ErrShape, `Max[0](Float32[0 3]): shapes do not match: axis 0 of shape [0 3] is empty`},
	{"Mean of nothing", func(a args) any { return a.f.Narrow(0, 0, 0).Mean(0) }, graph.ErrShape, `Mean(Float32[0 3]): shapes do not match: there is nothing to average`},
	{"LogSumExp of Int32", func(a args) any { return a.i.LogSumExp() }, graph.ErrDType, `LogSumExp[0 1](Int32[2 3]): element types do not match: want floats; Cast first`},
	{"ArgMax of Int32", func(a args) any { return a.i.ArgMax(0) }, graph.ErrDType, `ArgMax[0](Int32[2 3]): element types do not match: want floats; Cast first`},
	{"ArgMax axis", func(a args) any { return a.f.ArgMax(-3) }, graph.ErrShape, `ArgMax(Float32[2 3]): shapes do not match: axis -3 of shape [2 3]`},
	{"Softmax axis", func(a args) any { return a.f.Softmax(2) }, graph.ErrShape, `axis 2 of shape [2 3]`},
	{"Variance axis", func(a args) any { return a.f.Variance(2) }, graph.ErrShape, `axis 2 of shape [2 3]`},
	{"ArgSort of Int32", func(a args) any { return a.i.ArgSort(0) }, graph.ErrDType, `ArgSort[0](Int32[2 3]): element types do not match: want floats; Cast first`},
	{"ArgSort axis", func(a args) any { return a.f.ArgSort(2) }, graph.ErrShape, `ArgSort(Float32[2 3]): shapes do not match: axis 2 of shape [2 3]`},
	{"CumSum axis", func(a args) any { return a.f.CumSum(5, false, false) }, graph.ErrShape, `CumSum(Float32[2 3]): shapes do not match: axis 5 of shape [2 3]`},
	{"CumSum of Int32", func(a args) any { return a.i.CumSum(0, false, false) }, graph.ErrDType, `(Int32[2 3]): element types do not match: want floats; Cast first`},
	{"Reshape size", func(a args) any { return a.f.Reshape(4, 2) }, graph.ErrShape, `Reshape[4 2](Float32[2 3]): shapes do not match: [2 3] has 6 elements, [4 2] has 8`},
	{"Reshape rest", func(a args) any { return a.f.Reshape(4, -1) }, graph.ErrShape, `Reshape(Float32[2 3], [4 -1]): shapes do not match: nothing fits the place of -1`},
	{"Reshape two rests", func(a args) any { return a.f.Reshape(-1, -1) }, graph.ErrShape, `Reshape(Float32[2 3]`},
	{"Reshape negative", func(a args) any { return a.f.Reshape(-2, -3) }, graph.ErrShape, `Reshape(Float32[2 3]): shapes do not match: shape [-2 -3] has a negative extent`},
	{"Reshape rank", func(a args) any { return a.f.Reshape(1, 1, 1, 1, 1, 1, 1, 2, 3) }, graph.ErrShape, `has 9 axes, at most 8 are possible`},
	{"Transpose repeats", func(a args) any { return a.f.Transpose(0, 0) }, graph.ErrShape, `Transpose[0 0](Float32[2 3]): shapes do not match: [0 0] is no permutation of the axes of [2 3]`},
	{"Transpose sorted", func(a args) any { return a.f.Unsqueeze(0).Transpose(0, 0, 2) }, graph.ErrShape, `[0 0 2] is no permutation of the axes of [1 2 3]`},
	{"Transpose beyond", func(a args) any { return a.f.Transpose(5, 0) }, graph.ErrShape, `[5 0] is no permutation of the axes of [2 3]`},
	{"Transpose few", func(a args) any { return a.f.Transpose(0) }, graph.ErrShape, `[0] is no permutation of the axes of [2 3]`},
	{"Transpose many", func(a args) any { return a.f.Transpose(0, 1, 2, 3, 4, 5, 6, 7, 8) }, graph.ErrShape, `too many axes`},
	{"BroadcastTo", func(a args) any { return a.f.BroadcastTo(3, 2) }, graph.ErrShape, `Broadcast[3 2](Float32[2 3]): shapes do not match: [2 3] cannot be repeated to [3 2]`},
	{"BroadcastTo fewer", func(a args) any { return a.f.BroadcastTo(3) }, graph.ErrShape, `[2 3] cannot be repeated to [3]`},
	{"BroadcastTo negative", func(a args) any { return a.f.BroadcastTo(-1, 3) }, graph.ErrShape, `BroadcastTo(Float32[2 3]): shapes do not match: shape [-1 3] has a negative extent`},
	{"Squeeze", func(a args) any { return a.f.Squeeze(0) }, graph.ErrShape, `Squeeze(Float32[2 3], 0): shapes do not match: its extent is 2, not 1`},
	{"Squeeze axis", func(a args) any { return a.f.Squeeze(2) }, graph.ErrShape, `Squeeze(Float32[2 3], 2): shapes do not match: axis 2 of shape [2 3]`},
	{"Unsqueeze", func(a args) any { return a.f.Unsqueeze(4) }, graph.ErrShape, `Unsqueeze(Float32[2 3], 4): shapes do not match: no such place`},
	{"Flatten", func(a args) any { return a.f.Flatten(1, 0) }, graph.ErrShape, `Flatten(Float32[2 3], 1, 0): shapes do not match: no such axes`},
	{"Flatten of a scalar", func(a args) any { return a.s.Flatten(0, -1) }, graph.ErrShape, `Flatten(Float32[], 0, -1)`},
	{"Concat types", func(a args) any { return graph.Concat(0, a.f, a.d) }, graph.ErrDType, `Concat[0](Float32[2 3], Float64[2 3]): element types do not match: Float32 and Float64; Cast one of them`},
	{"Concat shapes", func(a args) any { return graph.Concat(0, a.f, a.vec) }, graph.ErrShape, `Concat[0](Float32[2 3], Float32[4]): shapes do not match: [2 3] and [4] differ on an axis other than 0`},
	{"Concat axis", func(a args) any { return graph.Concat(2, a.f, a.f) }, graph.ErrShape, `Concat(Float32[2 3]): shapes do not match: axis 2 of shape [2 3]`},
	{"Concat axis of one", func(a args) any { return graph.Concat(2, a.f) }, graph.ErrShape, `Concat(Float32[2 3]): shapes do not match: axis 2 of shape [2 3]`},
	{"Stack shapes", func(a args) any { return graph.Stack(0, a.f, a.m) }, graph.ErrShape, `differ on an axis other than 0`},
	{"Slice ranges", func(a args) any { return a.f.Slice(graph.All, graph.All, graph.All) }, graph.ErrShape, `Slice(Float32[2 3]): shapes do not match: 3 ranges for 2 axes`},
	{"Slice beyond", func(a args) any { return a.f.Slice(graph.All, graph.Range{From: 1, To: 4}) }, graph.ErrShape, `Slice(Float32[2 3]): axis 1: shapes do not match: range {From:1 To:4`},
	{"Index", func(a args) any { return a.f.Index(2) }, graph.ErrShape, `Slice(Float32[2 3]): axis 0: shapes do not match`},
	{"Index of a scalar", func(a args) any { return a.s.Index(0) }, graph.ErrShape, `Slice(Float32[]): shapes do not match: 1 ranges for 0 axes`},
	{"Narrow axis", func(a args) any { return a.f.Narrow(3, 0, 1) }, graph.ErrShape, `Narrow(Float32[2 3]): shapes do not match: axis 3 of shape [2 3]`},
	{"Narrow beyond", func(a args) any { return a.f.Narrow(1, 2, 2) }, graph.ErrShape, `Narrow(Float32[2 3]): shapes do not match: 2 elements from 2 on leave axis 1`},
	{"Narrow from before", func(a args) any { return a.f.Narrow(1, -2, 2) }, graph.ErrShape, `2 elements from -2 on leave axis 1`},
	{"Narrow negative", func(a args) any { return a.f.Narrow(1, 2, -1) }, graph.ErrShape, `-1 elements from 2 on leave axis 1`},
	{"Flip", func(a args) any { return a.f.Flip(2) }, graph.ErrShape, `Flip(Float32[2 3]): shapes do not match: axis 2 of shape [2 3]`},
	{"Pad axes", func(a args) any { return a.f.Pad([]int{1}, []int{1, 1}, 0) }, graph.ErrShape, `Pad(Float32[2 3]): shapes do not match: 1 and 2 paddings for 2 axes`},
	{"Pad negative", func(a args) any { return a.f.Pad([]int{0, -1}, []int{1, 1}, 0) }, graph.ErrShape, `Pad(Float32[2 3]): shapes do not match: paddings [0 -1] and [1 1] must not be negative`},
	{"Pad value", func(a args) any { return a.i.Pad([]int{0, 1}, []int{1, 1}, 0.5) }, graph.ErrValue, `Pad(Int32[2 3]): value out of its domain: 0.5 is no Int32`},
	{"Split", func(a args) any { return a.f.Split(1, 1, 3)[1] }, graph.ErrShape, `Split(Float32[2 3]): shapes do not match: axis 1 has extent 3, the parts are [1 3]`},
	{"Split negative", func(a args) any { return a.f.Split(1, -1, 4)[0] }, graph.ErrShape, `Split(Float32[2 3]): shapes do not match: axis 1 has extent 3, the parts are [-1 4]`},
	{"Split axis", func(a args) any { return a.f.Split(2, 1, 2)[0] }, graph.ErrShape, `Split(Float32[2 3])`},
	{"Gather type", func(a args) any { return a.f.Gather(0, a.vec) }, graph.ErrDType, `Gather[0](Float32[2 3], Float32[4]): element types do not match: positions are Float32, want Int32`},
	{"Gather axis", func(a args) any { return a.f.Gather(2, a.idx) }, graph.ErrShape, `Gather(Float32[2 3]): shapes do not match: axis 2 of shape [2 3]`},
	{"ScatterAdd type", func(a args) any { return a.i.ScatterAdd(0, a.idx, 3) }, graph.ErrDType, `ScatterAdd[0 3](Int32[2 3], Int32[2]): element types do not match: want floats and Int32 positions`},
	{"ScatterAdd shape", func(a args) any { return a.f.ScatterAdd(1, a.idx, 3) }, graph.ErrShape, `positions [2] do not match [2 3] from axis 1 on`},
	{"ScatterAdd place", func(a args) any { return a.f.ScatterAdd(3, a.idx, 3) }, graph.ErrShape, `ScatterAdd(Float32[2 3], axis 3, extent 3): shapes do not match: no such place`},
	{"ScatterAdd extent", func(a args) any { return a.f.ScatterAdd(0, a.idx, -3) }, graph.ErrShape, `extent -3): shapes do not match: no such place`},
	{"OneHot type", func(a args) any { return a.f.OneHot(3, graph.Float32) }, graph.ErrDType, `OneHot[3](Float32[2 3]): element types do not match: want Int32 classes to floats`},
	{"OneHot result", func(a args) any { return a.i.OneHot(3, graph.Bool) }, graph.ErrDType, `OneHot[3](Int32[2 3])`},
	{"OneHot classes", func(a args) any { return a.i.OneHot(0, graph.Float32) }, graph.ErrValue, `OneHot[0](Int32[2 3]): value out of its domain: 0 classes`},
	{"OneHot to Invalid", func(a args) any { return a.i.OneHot(3, graph.Invalid) }, graph.ErrDType, `OneHot(Int32[2 3]): element types do not match: Invalid`},
	{"Tril", func(a args) any { return a.vec.Tril(0) }, graph.ErrShape, `Triangle[upper=false 0](Float32[4]): shapes do not match: want a float matrix`},
	{"Triu", func(a args) any { return a.vec.Triu(0) }, graph.ErrShape, `Triangle[upper=true 0](Float32[4]): shapes do not match: want a float matrix`},
	{"Diagonal", func(a args) any { return a.vec.Diagonal() }, graph.ErrShape, `Diagonal(Float32[4]): shapes do not match: want a matrix`},
	{"DiagonalMatrix", func(a args) any { return a.s.DiagonalMatrix() }, graph.ErrShape, `DiagonalMatrix(Float32[]): shapes do not match: want a vector`},
	{"FanIn places", func(a args) any { return a.f.FanIn(a.m, a.m) }, graph.ErrDType, `want floats of one type and Int32 places between them`},
	{"FanIn of a scalar", func(a args) any { return a.s.FanIn(a.idx, a.vec) }, graph.ErrShape, `FanIn(Float32[]): shapes do not match: want rows`},
	{"SparseMatMul rows", func(a args) any { return a.f.SparseMatMul(diagonal(2, 3), nil) }, graph.ErrShape, `SparseMatMul[2x3 of 2](Float32[2 3]): shapes do not match: want rows of 2 elements`},
	{"SparseMatMul values", func(a args) any { return a.f.SparseMatMul(diagonal(3, 3), a.vec) }, graph.ErrShape, `values are [4], the matrix has 3 elements`},
	{"SparseMatMul types", func(a args) any { return a.d.SparseMatMul(diagonal(3, 4), a.vec) }, graph.ErrDType, `want floats of one type`},
	{"SparseMatMul of Int32", func(a args) any { return a.i.SparseMatMul(diagonal(3, 3), nil) }, graph.ErrDType, `want floats of one type`},
	{"SparseMatMul of nothing", func(a args) any { return a.f.SparseMatMul(nil, nil) }, graph.ErrValue, `SparseMatMul(Float32[2 3]): value out of its domain: the pattern is nil`},
	{"SparseMatMul of a scalar", func(a args) any { return a.s.SparseMatMul(diagonal(3, 3), nil) }, graph.ErrShape, `SparseMatMul(Float32[]): shapes do not match: want rows`},
	{"SparseMatMulT rows", func(a args) any { return a.f.SparseMatMulT(diagonal(3, 2), nil) }, graph.ErrShape, `SparseMatMul[transposed 3x2 of 2](Float32[2 3]): shapes do not match: want rows of 2 elements`},
	{"SampledMatMul rows", func(a args) any { return a.f.SampledMatMul(diagonal(3, 3), a.m) }, graph.ErrShape, `SampledMatMul[3x3 of 3](Float32[2 3], Float32[3 3]): shapes do not match: want as many rows of 3 and of 3 elements`},
	{"SampledMatMul types", func(a args) any { return a.f.SampledMatMul(diagonal(3, 3), a.d) }, graph.ErrDType, `want floats of one type`},
	{"SampledMatMul of nothing", func(a args) any { return a.f.SampledMatMul(nil, a.f) }, graph.ErrValue, `the pattern is nil`},
	{"SampledMatMul of a scalar", func(a args) any { return a.f.SampledMatMul(diagonal(3, 3), a.s) }, graph.ErrShape, `want rows`},
	{"JITMatMul rows", func(a args) any { return a.f.JITMatMul(graph.JITMatrix{Rows: 2, Cols: 2, P: 1}) }, graph.ErrShape, `JITMatMul[2x2 of 1](Float32[2 3]): shapes do not match: want rows of 2 elements`},
	{"JITMatMul sizes", func(a args) any { return a.f.JITMatMul(graph.JITMatrix{Rows: 3}) }, graph.ErrShape, `3 rows, 0 columns, want 1 to 2³¹-1`},
	{"JITMatMul share", func(a args) any { return a.f.JITMatMul(graph.JITMatrix{Rows: 3, Cols: 3, P: 2}) }, graph.ErrValue, `P is 2, want a number in [0, 1]`},
	{"JITMatMul law", func(a args) any {
		return a.f.JITMatMul(graph.JITMatrix{Rows: 3, Cols: 3, Law: graph.JITUniform, A: 2})
	}, graph.ErrValue, `A, B are 2, 0`},
	{"JITMatMul of Int32", func(a args) any { return a.i.JITMatMul(graph.JITMatrix{Rows: 3, Cols: 3, P: 1}) }, graph.ErrDType, `want floats`},
	{"JITMatMulT of a scalar", func(a args) any { return a.s.JITMatMulT(graph.JITMatrix{Rows: 3, Cols: 3, P: 1}) }, graph.ErrShape, `want rows`},
	{"PutSlot of a vector", func(a args) any { return a.vec.PutSlot(a.idx, a.vec) }, graph.ErrShape, `PutSlot(Float32[4], Int32[2], Float32[4]): shapes do not match: want rows of slots`},
	{"PutSlot positions", func(a args) any { return a.f.PutSlot(a.vec, a.vec) }, graph.ErrDType, `positions are Float32, want Int32`},
	{"PutSlot rows", func(a args) any { return a.f.PutSlot(a.idx, a.vec) }, graph.ErrShape, `what is written is Float32[4], want Float32[2]`},
	{"TakeAlong positions", func(a args) any { return a.f.TakeAlong(a.i) }, graph.ErrShape, `positions are [2 3], want [2]`},
	{"AddAlong of Int32", func(a args) any { return a.i.AddAlong(a.idx, a.idx) }, graph.ErrDType, `want floats`},
	{"MatMul types", func(a args) any { return a.f.MatMul(a.d) }, graph.ErrDType, `MatMul(Float32[2 3], Float64[2 3]): element types do not match: Float32 and Float64, want the same float type; Cast one of them`},
	{"MatMul of Int32", func(a args) any { return a.i.MatMul(a.i) }, graph.ErrDType, `MatMul(Int32[2 3], Int32[2 3])`},
	{"MatMul shapes", func(a args) any { return a.f.MatMul(a.f) }, graph.ErrShape, `MatMul(Float32[2 3], Float32[2 3]): shapes do not match: the inner extents are 3 and 2`},
	{"MatMul of a scalar", func(a args) any { return a.s.MatMul(a.f) }, graph.ErrShape, `MatMul(Float32[], Float32[2 3]): shapes do not match: want matrices`},
	{"MatMul batches", func(a args) any { return a.f.BroadcastTo(4, 2, 3).MatMul(a.m.BroadcastTo(5, 3, 3)) }, graph.ErrShape, `MatMul(Float32[4 2 3], Float32[5 3 3]): shapes do not match: [4] and [5] cannot be broadcast together`},
	{"Solve shape", func(a args) any { return a.f.Solve(a.f) }, graph.ErrShape, `Solve(Float32[2 3], Float32[2 3]): shapes do not match: want a square matrix on the left`},
	{"Solve rows", func(a args) any { return a.m.Solve(a.f) }, graph.ErrShape, `Solve(Float32[3 3], Float32[2 3]): shapes do not match: want 3 rows on the right`},
	{"Solve type", func(a args) any { return a.m.Solve(a.d) }, graph.ErrDType, `Solve(Float32[3 3], Float64[2 3]): element types do not match`},
	{"Conv axes", func(a args) any { return a.f.Conv(a.f, graph.ConvOptions{}) }, graph.ErrShape, `Conv(Float32[2 3], Float32[2 3]): shapes do not match: 0 spatial axes, want 1 to 3`},
	{"Conv stride", func(a args) any {
		return a.f.Unsqueeze(0).Conv(a.f.Unsqueeze(0), graph.ConvOptions{Stride: []int{0}})
	}, graph.ErrValue, `the strides are [0], want at least 1`},
	{"AvgPool axes", func(a args) any { return a.f.AvgPool(graph.PoolOptions{Window: []int{2}}) }, graph.ErrShape, `SumPool(Float32[2 3]): shapes do not match: 1 windows for 2 axes`},
	{"MaxPool of Int32", func(a args) any { return a.i.MaxPool(graph.PoolOptions{}) }, graph.ErrDType, `MaxPool[[1 1] stride [1 1] pad [0 0] [0 0]](Int32[2 3]): element types do not match: want floats; Cast first`},
	{"Solve scalar", func(a args) any { return a.m.Solve(a.s) }, graph.ErrShape, `want 3 rows on the right`},
	{"Lyapunov shapes", func(a args) any { return a.f.Lyapunov(a.f.Transpose()) }, graph.ErrShape, `Lyapunov(Float32[2 3], Float32[3 2]): shapes do not match: Float32[2 3] and Float32[3 2], want the same`},
	{"Cholesky shape", func(a args) any { return a.f.Cholesky() }, graph.ErrShape, `Cholesky(Float32[2 3]): shapes do not match: want a square matrix`},
	{"Cholesky type", func(a args) any { return a.i.Cholesky() }, graph.ErrDType, `Cholesky(Int32[2 3]): element types do not match: want floats; Cast first`},
	{"Einsum operands", func(a args) any { return graph.Einsum("ij", a.f, a.m) }, graph.ErrValue, `Einsum("ij", Float32[2 3], Float32[3 3]): value out of its domain: want two operands`},
	{"Einsum three", func(a args) any { return graph.Einsum("ij,jk,kl", a.f, a.m) }, graph.ErrValue, `want two operands`},
	{"Einsum letters", func(a args) any { return graph.Einsum("i2,jk->ik", a.f, a.m) }, graph.ErrValue, `'2' names no axis, want letters`},
	{"Einsum ellipsis", func(a args) any { return graph.Einsum("...j,jk->...k", a.f, a.m) }, graph.ErrValue, `'.' names no axis, want letters`},
	{"Einsum result", func(a args) any { return graph.Einsum("ij,jk->iz", a.f, a.m) }, graph.ErrValue, `no operand has axis 'z' of the result`},
	{"Einsum twice", func(a args) any { return graph.Einsum("ij,jk->ii", a.f, a.m) }, graph.ErrValue, `the result has axis 'i' twice`},
	{"Einsum rank", func(a args) any { return graph.Einsum("ijk,jk->ik", a.f, a.m) }, graph.ErrShape, `"ijk" names 3 axes, [2 3] has 2`},
	{"Einsum extents", func(a args) any { return graph.Einsum("ij,ik->jk", a.f, a.m) }, graph.ErrShape, `axis 'i' is 2 and 3`},
	{"Einsum diagonal", func(a args) any { return graph.Einsum("ii,jk->jk", a.f, a.m) }, graph.ErrShape, `axis 'i' is 2 and 3`},
	{"Einsum types", func(a args) any { return graph.Einsum("ij,ij->", a.f, a.d) }, graph.ErrDType, `Float32 and Float64, want the same float type; Cast one of them`},
	{"Spike of Int32", func(a args) any { return a.i.Spike(opsamples.Half{}) }, graph.ErrDType, `(Int32[2 3]): element types do not match: want floats; Cast first`},
	{"Spike of nothing", func(a args) any { return a.f.Spike(nil) }, graph.ErrValue, `Spike(Float32[2 3]): value out of its domain: the surrogate is <nil>, want a comparable value`},
	{"Loop of nothing", func(a args) any {
		y, _ := graph.Loop[*graph.Node, *graph.Node, *graph.Node](a.f, a.s, nil)
		return y
	}, graph.ErrValue, `Loop: value out of its domain: the step is nil`},
	{"While of nothing", func(a args) any {
		y, _ := graph.While(a.s, 3, nil, func(s *graph.Node) *graph.Node { return s })
		return y
	}, graph.ErrValue, `While: value out of its domain: the condition or the step is nil`},
	{"Cond of nothing", func(a args) any {
		return graph.Cond(a.s.Gt(a.s), func() *graph.Node { return a.s }, nil)
	}, graph.ErrValue, `Cond: value out of its domain: a branch is nil`},
	{"Custom of nothing", func(a args) any {
		return graph.Custom(func(xs []*graph.Node) *graph.Node { return xs[0] }, nil, a.f)
	}, graph.ErrValue, `Custom: value out of its domain: the function or its derivative is nil`},
	{"Input type", func(a args) any { return a.g.Input("x", graph.Invalid, 2) }, graph.ErrDType, `Input(x): element types do not match: Invalid`},
	{"Input shape", func(a args) any { return a.g.Input("x", graph.Bool, 2, -1) }, graph.ErrShape, `Input(x): shapes do not match: shape [2 -1] has a negative extent`},
	{"Input size", func(a args) any { return a.g.Input("x", graph.Bool, 1<<30, 1<<30) }, graph.ErrShape, `is larger than any memory`},
	{"Const type", func(a args) any { return a.g.Const(graph.DType(9), 1) }, graph.ErrDType, `Const(1): element types do not match: DType(9)`},
	{"Param type", func(a args) any { return a.g.Param("p", graph.Var{DType: graph.DType(9)}) }, graph.ErrDType, `Param(p): element types do not match: DType(9)`},
	{"Const shape", func(a args) any { return a.g.Const(graph.Float32, 1, -2) }, graph.ErrShape, `Const(1): shapes do not match`},
	{"Const of Int32", func(a args) any { return a.g.Const(graph.Int32, 1e10) }, graph.ErrValue, `Const(1e+10): value out of its domain: it is no Int32`},
	{"Const of Bool", func(a args) any { return a.g.Const(graph.Bool, 2) }, graph.ErrValue, `Const(2): value out of its domain: it is no Bool`},
	{"Literal", func(a args) any { return a.g.Literal(nil) }, graph.ErrValue, `Literal: value out of its domain: the tensor is nil`},
	{"Literal type", func(a args) any { return a.g.Literal(tensor.New(tensor.WithBacking([]int64{1, 2}))) }, graph.ErrDType, `Literal: element types do not match: tensors of int64 are not supported`},
	{"Literal view", func(a args) any {
		view, _ := ramp(graph.Float32, 4, 4).Slice(nil, tensor.S(0, 2))
		return a.g.Literal(view.(*tensor.Dense))
	}, graph.ErrValue, `Literal: value out of its domain: the tensor is a view; clone it`},
	{"Const beyond Float32", func(a args) any { return a.g.Const(graph.Float32, 1e300) }, graph.ErrValue, `Const(1e+300): value out of its domain: it is no Float32`},
	{"Scale beyond Float32", func(a args) any { return a.f.Scale(-4e38) }, graph.ErrValue, `Const(-4e+38): value out of its domain: it is no Float32`},
	{"Values beyond Float32", func(a args) any { return a.g.Values(graph.Float32, []float64{1, 1e300}, 2) }, graph.ErrValue, `Values: value out of its domain: element 1, 1e+300, is no Float32`},
	{"Values of Int32", func(a args) any { return a.g.Values(graph.Int32, []float64{0.5}, 1) }, graph.ErrValue, `Values: value out of its domain: element 0, 0.5, is no Int32`},
	{"Values number", func(a args) any { return a.g.Values(graph.Float32, []float64{1}, 2) }, graph.ErrShape, `Values: shapes do not match: 1 values for shape [2]`},
	{"Values type", func(a args) any { return a.g.Values(graph.Invalid, []float64{1}, 1) }, graph.ErrDType, `Values: element types do not match: Invalid`},
	{"Uniform", func(a args) any { return a.g.Uniform(graph.Int32, 2) }, graph.ErrDType, `Uniform: element types do not match: Int32`},
	{"Uniform shape", func(a args) any { return a.g.Uniform(graph.Float32, -2) }, graph.ErrShape, `Uniform: shapes do not match`},
	{"Uniform rank", func(a args) any { return a.g.Uniform(graph.Float32, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1) }, graph.ErrShape, `Uniform: shapes do not match`},
	{"Normal", func(a args) any { return a.g.Normal(graph.Bool, 2) }, graph.ErrDType, `Normal: element types do not match: Bool`},
	{"Integers", func(a args) any { return a.g.Integers(3, 3, 2) }, graph.ErrValue, `Integers: value out of its domain: no Int32 is in [3, 3)`},
	{"Permutation", func(a args) any { return a.g.Permutation(-1) }, graph.ErrShape, `Permutation: shapes do not match`},
	{"Bernoulli", func(a args) any { return a.i.Bernoulli() }, graph.ErrShape, `the probability is Int32[2 3], want a float for each of [2 3]`},
	{"Within", func(a args) any { return a.g.Const(graph.Float32, -2, 3).Within("scale", graph.Positive) }, graph.ErrValue, `value out of its domain: scale is -2 at element 0, want a finite number > 0`},
	{"Within NaN", func(a args) any { return a.g.Const(graph.Float32, math.NaN()).Within("p", graph.Probability) }, graph.ErrValue, `p is NaN at element 0, want within [0, 1]`},
	{"Within a literal", func(a args) any {
		return a.g.Values(graph.Int32, []float64{1, 5}, 2).BroadcastTo(2, 2).Within("n", graph.Domain{Hi: 3, Whole: true})
	}, graph.ErrValue, `n is 5 at element 1, want a whole number within [0, 3]`},
	{"Within Bools", func(a args) any { return a.f.Gt(a.f).Within("n", graph.Finite) }, graph.ErrDType, `want numbers; Cast first`},
	{"Variates type", func(a args) any { return graph.Variates(graph.GammaLaw, nil, a.i) }, graph.ErrDType, `a is Int32, want floats; Cast first`},
	{"Variates of Bools", func(a args) any {
		return graph.Variates(graph.BinomialLaw, nil, a.g.Const(graph.Bool, 1), a.f)
	}, graph.ErrDType, `n is Bool, want floats; Cast first`},
	{"Variates number", func(a args) any { return graph.Variates(graph.GammaLaw, nil, a.f, a.f) }, graph.ErrValue, `Variates: value out of its domain: Gamma of 2 parameters`},
	{"Variates law", func(a args) any { return graph.Variates(99, nil, a.f) }, graph.ErrValue, `Law(99) of 1 parameters`},
	{"Variates shape", func(a args) any { return graph.Variates(graph.GammaLaw, []int{3, 2}, a.f) }, graph.ErrShape, `Gamma: shapes do not match: parameters of shape [2 3]`},
	{"Variates negative", func(a args) any { return graph.Variates(graph.GammaLaw, []int{-3}, a.g.Const(graph.Float32, 1)) }, graph.ErrShape, `negative extent`},
	{"Variates nil", func(a args) any { return graph.Variates(graph.BinomialLaw, nil, a.f, nil) }, graph.ErrValue, `an operand is nil`},
	{"Variates domain", func(a args) any {
		return graph.Variates(graph.BinomialLaw, nil, a.g.Const(graph.Float32, 3), a.g.Const(graph.Float32, 1.5))
	}, graph.ErrValue, `Binomial: value out of its domain: p is 1.5 at element 0, want within [0, 1]`},
	{"Variates fit", func(a args) any {
		return graph.Variates(graph.HypergeometricLaw, nil, a.g.Const(graph.Int32, 3), a.g.Const(graph.Int32, 2), a.g.Const(graph.Int32, 6))
	}, graph.ErrValue, `element 0: nsample is 6 of ngood + nbad = 5`},
	{"Param shape", func(a args) any { return a.g.Param("w", graph.Var{Shape: []int{-1}}) }, graph.ErrShape, `parameter "w": shapes do not match`},
	{"Param twice", func(a args) any {
		a.g.Param("w", graph.Var{Shape: []int{2}})
		return a.g.Param("w", graph.Var{Shape: []int{3}})
	}, graph.ErrShape, `parameter "w" is placed as Float32[2] and as Float32[3]`},
	{"Update", func(a args) any { a.g.Update(a.f, a.f); return nil }, graph.ErrValue, `is not a parameter`},
	{"Update type", func(a args) any { a.g.Update(a.g.Param("w", graph.Var{Shape: []int{2}}), a.f); return nil }, graph.ErrShape, `Update(w): shapes do not match: it is Float32[2], the new value Float32[2 3]`},
	{"Update twice", func(a args) any {
		w := a.g.Param("w", graph.Var{Shape: []int{2, 3}})
		a.g.Update(w, a.f)
		a.g.Update(w, a.f)
		return nil
	}, graph.ErrValue, `Update(w): value out of its domain: it is updated twice`},
	{"Check", func(a args) any { a.g.Check("loss", a.f); return nil }, graph.ErrShape, `Check(loss): shapes do not match: want a float scalar outside loops, have Float32[2 3]`},
	{"StepIndex", func(a args) any { return a.g.StepIndex() }, graph.ErrScope, `StepIndex: node used outside its graph: there is no loop around`},
	{"Saved", func(a args) any { return graph.Saved(a.f, a.d) }, graph.ErrScope, `not the node of a loop's body`},
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, m := range misuses {
		t.Run(m.name, func(t *testing.T) {
			a := validArgs()
			end := a.g.Scope("net")
			var got any
			require.NotPanics(t, func() { got = m.call(a) })
			end()
			if n, ok := got.(*graph.Node); ok {
				assert.False(t, n.Valid())
			}
			require.Len(t, faults(a.g), 1, "%v", a.g.Err())
			err := faults(a.g)[0]
			assert.ErrorIs(t, err, m.kind)
			assert.ErrorContains(t, err, m.says)
			assert.Regexp(t, `^message_test\.go:\d+: net: `, err.Error())
		})
	}
}

// Every exported method that can be misused is in the table above or takes nothing that can be wrong.
func TestMisuseIsComplete(t *testing.T) {
	t.Parallel()
	harmless := map[string]bool{ // composed of ops in the table, or right for whatever they get
		"Op": true, "Attrs": true, "Inputs": true, "Valid": true, "Type": true, "DType": true, "Shape": true, "Rank": true,
		"Dim": true, "Scope": true, "String": true, "Graph": true, "ID": true, "Loop": true, "While": true, "Branch": true,
		"ParamName": true, "ResultIndex": true, "SavedNode": true, "Here": true, "Else": true, "After": true, "StopGradient": true,
		"Like": true, "Mark": true, "Inside": true, "Shift": true, "LeakyRelu": true, "Elu": true, "Relu6": true, "LogSoftmax": true, "ReduceMin": true,
	}
	tested := map[string]bool{}
	for _, m := range misuses {
		for i := range m.name {
			tested[m.name[:i+1]] = true
		}
	}
	rows := map[string]bool{} // ops of the tables share their rules
	for _, s := range opsamples.Samples() {
		rows[s.Op] = true
	}
	typ := reflect.TypeFor[*graph.Node]()
	for i := range typ.NumMethod() {
		name := typ.Method(i).Name
		assert.True(t, harmless[name] || tested[name] || rows[name], "nothing tests how %s is misused", name)
	}
}
