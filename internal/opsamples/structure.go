package opsamples

import (
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

func shapes() []Sample {
	return slices.Concat(
		onAllTypes("Reshape/flat", "Reshape", one(func(x node) node { return x.Reshape(-1) }), []int{2, 3, 4}),
		onAllTypes("Reshape/[4 6]", "Reshape", one(func(x node) node { return x.Reshape(4, 6) }), []int{2, 3, 4}),
		onAllTypes("Reshape/scalar", "Reshape", one(func(x node) node { return x.Reshape() }), []int{1, 1}),
		onAllTypes("Squeeze/1", "Reshape", one(func(x node) node { return x.Squeeze(1) }), []int{3, 1, 2}),
		onAllTypes("Unsqueeze/1", "Reshape", one(func(x node) node { return x.Unsqueeze(1) }), []int{3, 2}),
		onAllTypes("Unsqueeze/-1", "Reshape", one(func(x node) node { return x.Unsqueeze(-1) }), []int{3, 2}),
		onAllTypes("Flatten/1 -1", "Reshape", one(func(x node) node { return x.Flatten(1, -1) }), []int{3, 2, 4}),
		onAllTypes("Transpose/matrix", "Transpose", one(func(x node) node { return x.Transpose() }), []int{3, 5}),
		onAllTypes("Transpose/reversed", "Transpose", one(func(x node) node { return x.Transpose() }), []int{2, 3, 4}),
		onAllTypes("Transpose/1 0 2", "Transpose", one(func(x node) node { return x.Transpose(1, 0, 2) }), []int{2, 3, 4}),
		onAllTypes("Transpose/2 -3 1", "Transpose", one(func(x node) node { return x.Transpose(2, -3, 1) }), []int{2, 3, 4}),
		onAllTypes("Transpose/large", "Transpose", one(func(x node) node { return x.Transpose() }), []int{33, 41}),
		onAllTypes("Broadcast/rows", "Broadcast", one(func(x node) node { return x.BroadcastTo(2, 3, 4) }), []int{4}),
		onAllTypes("Broadcast/columns", "Broadcast", one(func(x node) node { return x.BroadcastTo(2, 3, 4) }), []int{3, 1}),
		onAllTypes("Broadcast/scalar", "Broadcast", one(func(x node) node { return x.BroadcastTo(2, 3) }), []int{}),
		onAllTypes("Concat/0", "Concat", func(xs []node) node { return graph.Concat(0, xs...) }, []int{2, 3}, []int{1, 3}, []int{4, 3}),
		onAllTypes("Concat/-1", "Concat", func(xs []node) node { return graph.Concat(-1, xs...) }, []int{3, 2}, []int{3, 1}),
		onAllTypes("Concat/same twice", "Concat", func(xs []node) node { return graph.Concat(1, xs[0], xs[0]) }, []int{3, 2}),
		onAllTypes("Concat/empty part", "Concat", func(xs []node) node { return graph.Concat(0, xs[0].Narrow(0, 0, 0), xs[0]) }, []int{3, 2}),
		onAllTypes("Concat/many", "Concat", func(xs []node) node { return graph.Concat(0, xs[0], xs[0], xs[0], xs[0], xs[0], xs[0]) }, []int{2, 2}),
		onAllTypes("Stack/0", "Concat", func(xs []node) node { return graph.Stack(0, xs...) }, []int{2, 3}, []int{2, 3}),
		onAllTypes("Stack/-1", "Concat", func(xs []node) node { return graph.Stack(-1, xs...) }, []int{2, 3}, []int{2, 3}),
	)
}

func slicing() []Sample {
	slice := func(rs ...graph.Range) func(xs []node) node {
		return one(func(x node) node { return x.Slice(rs...) })
	}
	return slices.Concat(
		onAllTypes("Slice/rows", "Slice", slice(graph.Range{From: 1, To: 3}), []int{4, 5}),
		onAllTypes("Slice/columns", "Slice", slice(graph.All, graph.Range{From: 1, To: -1}), []int{4, 5}),
		onAllTypes("Slice/steps", "Slice", slice(graph.Range{ToEnd: true, Step: 3}, graph.Range{From: 1, ToEnd: true, Step: 2}), []int{4, 5}),
		onAllTypes("Slice/backwards", "Slice", slice(graph.Range{From: -1, To: 0, Step: -2}, graph.Range{From: 3, ToEnd: true, Step: -1}), []int{4, 5}),
		onAllTypes("Slice/at", "Slice", slice(graph.At(-1), graph.At(2)), []int{4, 5}),
		onAllTypes("Index/2", "Slice", one(func(x node) node { return x.Index(2) }), []int{4, 3, 2}),
		onAllTypes("Index/-1", "Slice", one(func(x node) node { return x.Index(-1) }), []int{5}),
		onAllTypes("Narrow/1 2 2", "Slice", one(func(x node) node { return x.Narrow(1, 2, 2) }), []int{3, 5}),
		onAllTypes("Flip/all", "Slice", one(func(x node) node { return x.Flip() }), []int{3, 4}),
		onAllTypes("Flip/1", "Slice", one(func(x node) node { return x.Flip(1) }), []int{3, 4}),
		onAllTypes("Pad/1 0 2 1", "ScatterSlice", one(func(x node) node { return x.Pad([]int{1, 0}, []int{2, 1}, 1) }), []int{2, 3}),
		onAllTypes("Pad/nothing", "ScatterSlice", one(func(x node) node { return x.Pad([]int{0, 0}, []int{0, 0}, 1) }), []int{2, 3}),
		onAllTypes("Split/1", "Slice", one(func(x node) node {
			p := x.Split(1, 2, 3)
			return graph.Concat(1, p[1], p[0])
		}), []int{2, 5}),
		onAllTypes("Diagonal/[2 3 4]", "Slice", one(node.Diagonal), []int{2, 3, 4}),
		onAllTypes("Diagonal/[4 2]", "Slice", one(node.Diagonal), []int{4, 2}),
		onAllTypes("DiagonalMatrix/[2 3]", "ScatterSlice", one(node.DiagonalMatrix), []int{2, 3}),
	)
}

func gathers() []Sample {
	gather := func(axis int) func(xs []node) node { return two(func(x, i node) node { return x.Gather(axis, i) }) }
	scatter := func(axis, n int) func(xs []node) node {
		return two(func(x, i node) node { return x.ScatterAdd(axis, i, n) })
	}
	ss := []Sample{
		smooth("Gather/0 [3]", "Gather", gather(0), f64(-3, 3, 4, 2), i32(0, 4, 3)),
		smooth("Gather/1 [2 2]", "Gather", gather(1), f64(-3, 3, 3, 5), i32(0, 5, 2, 2)),
		smooth("Gather/-1 scalar", "Gather", gather(-1), f64(-3, 3, 3, 5), i32(0, 5)),
		rough("Gather/Int32", "Gather", gather(0), i32(-9, 9, 4, 2), i32(0, 4, 3)),
		rough("Gather/Bool", "Gather", gather(0), boolean(4, 2), i32(0, 4, 3)),
		smooth("ScatterAdd/0 [5]", "ScatterAdd", scatter(0, 3), f64(-3, 3, 5, 2), i32(0, 3, 5)),
		smooth("ScatterAdd/1 [2 3]", "ScatterAdd", scatter(1, 4), f64(-3, 3, 2, 2, 3), i32(0, 4, 2, 3)),
		smooth("ScatterAdd/-1 scalar", "ScatterAdd", two(func(x, i node) node { return x.Unsqueeze(-1).ScatterAdd(-1, i.Reshape(1), 4) }), f64(-3, 3, 2), i32(0, 4)),
		smooth("PutSlot/[2 3 4]", "PutSlot", three(node.PutSlot), f64(-3, 3, 2, 3, 4), i32(0, 3, 2), f64(-3, 3, 2, 4)),
		smooth("PutSlot/[3 2]", "PutSlot", three(node.PutSlot), f64(-3, 3, 3, 2), i32(0, 2, 3), f64(-3, 3, 3)),
		rough("PutSlot/Int32", "PutSlot", three(node.PutSlot), i32(-9, 9, 2, 3, 4), i32(0, 3, 2), i32(-9, 9, 2, 4)),
		rough("PutSlot/Bool", "PutSlot", three(node.PutSlot), boolean(2, 3, 4), i32(0, 3, 2), boolean(2, 4)),
		smooth("TakeAlong/[2 3 4]", "TakeAlong", two(node.TakeAlong), f64(-3, 3, 2, 3, 4), i32(0, 3, 2, 4)),
		smooth("TakeAlong/[2 3 2 2]", "TakeAlong", two(node.TakeAlong), f64(-3, 3, 2, 3, 2, 2), i32(0, 3, 2, 2, 2)),
		rough("TakeAlong/Bool", "TakeAlong", two(node.TakeAlong), boolean(2, 3, 4), i32(0, 3, 2, 4)),
		smooth("AddAlong/[2 3 4]", "AddAlong", three(node.AddAlong), f64(-3, 3, 2, 3, 4), i32(0, 3, 2, 4), f64(-3, 3, 2, 4)),
		smooth("AddAlong/to a sum", "AddAlong", three(func(x, at, y node) node { return x.Like(math.Copysign(0, -1)).AddAlong(at, y).Add(x) }),
			f64(-3, 3, 2, 3, 4), i32(0, 3, 2, 4), f64(-3, 3, 2, 4)),
		rough("OneHot/[2 3]", "OneHot", func(xs []node) node { return xs[0].OneHot(4, xs[1].DType()) }, i32(0, 4, 2, 3), f64(0, 1)),
	}
	for _, k := range []int{-1, 0, 2} {
		name := map[int]string{-1: "-1", 0: "0", 2: "2"}[k]
		ss = append(ss,
			smooth("Tril/"+name, "Triangle", one(func(x node) node { return x.Tril(k) }), f64(-3, 3, 2, 4, 5)),
			smooth("Triu/"+name, "Triangle", one(func(x node) node { return x.Triu(k) }), f64(-3, 3, 2, 4, 5)))
	}
	return ss
}
