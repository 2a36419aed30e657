package gorgonia

import (
	"math"
	"reflect"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// opaque is a Gorgonia op, whose settings are fields that are not exported.
type opaque struct {
	n *G.Node
	v reflect.Value
}

// kindOf names what Gorgonia's op does: the function of an elementwise op, the kind of a product,
// else the type that implements it.
func kindOf(op G.Op) string {
	v := reflect.Indirect(reflect.ValueOf(op))
	switch name := v.Type().Name(); name {
	case "elemUnaryOp":
		return op.String()
	case "elemBinOp":
		return strings.Fields(op.String())[0]
	case "linAlgBinOp":
		return products[v.FieldByName("āBinaryOperator").Uint()]
	case "extension":
		return op.String()
	default:
		return name
	}
}

// products are Gorgonia's kinds of matrix products, in the order of its constants.
var products = [...]string{"matMul", "matVecMul", "vecDot", "outerProd", "batchedMatMul"}

func (o opaque) flag(name string) bool { return o.v.FieldByName(name).Bool() }
func (o opaque) int(name string) int   { return int(o.v.FieldByName(name).Int()) }

func (o opaque) ints(name string) []int {
	f := o.v.FieldByName(name)
	x := make([]int, f.Len())
	for i := range x {
		x[i] = int(f.Index(i).Int())
	}
	return x
}

// importRules returns how each of Gorgonia's ops is taken over, by kindOf.
func importRules() map[string]importRule {
	return map[string]importRule{
		"abs": imported((*graph.Node).Abs), "sign": imported((*graph.Node).Sign),
		"ceil": imported((*graph.Node).Ceil), "floor": imported((*graph.Node).Floor),
		"sin": imported((*graph.Node).Sin), "cos": imported((*graph.Node).Cos),
		"exp": imported((*graph.Node).Exp), "ln": imported((*graph.Node).Log),
		"log2":   imported(func(x *graph.Node) *graph.Node { return x.Log().Scale(1 / math.Ln2) }),
		"neg":    imported((*graph.Node).Neg),
		"square": imported((*graph.Node).Square), "sqrt": imported((*graph.Node).Sqrt),
		"inv":     imported((*graph.Node).Reciprocal),
		"invSqrt": imported(func(x *graph.Node) *graph.Node { return x.Sqrt().Reciprocal() }),
		"cube":    imported(func(x *graph.Node) *graph.Node { return x.Square().Mul(x) }),
		"tanh":    imported((*graph.Node).Tanh), "sigmoid": imported((*graph.Node).Sigmoid),
		"log1p": imported((*graph.Node).Log1p), "expm1": imported((*graph.Node).Expm1),
		"softplus": imported((*graph.Node).Softplus),

		"+": joined((*graph.Node).Add), "-": joined((*graph.Node).Sub), "⊙": joined((*graph.Node).Mul),
		"÷": joined((*graph.Node).Div), "^": joined((*graph.Node).Pow),
		"<": compared((*graph.Node).Lt), ">": compared((*graph.Node).Gt), "<=": compared((*graph.Node).Le),
		">=": compared((*graph.Node).Ge), "==": compared((*graph.Node).Eq), "!=": compared((*graph.Node).Ne),

		"matMul": importProduct, "batchedMatMul": importProduct, "matVecMul": importProduct,
		"vecDot": func(_ opaque, in []*graph.Node) *graph.Node { return in[0].Mul(in[1]).Sum() },
		"outerProd": func(_ opaque, in []*graph.Node) *graph.Node {
			return in[0].Flatten(0, -1).Unsqueeze(1).Mul(in[1].Flatten(0, -1).Unsqueeze(0))
		},

		"sumOp": func(o opaque, in []*graph.Node) *graph.Node { return in[0].Sum(o.ints("along")...) },
		"maxOp": func(o opaque, in []*graph.Node) *graph.Node { return in[0].ReduceMax(o.ints("along")...) },
		"sizeOp": func(o opaque, in []*graph.Node) *graph.Node {
			return in[0].Graph().Const(in[0].DType(), float64(max(in[0].Dim(o.int("axis")), 1)))
		},
		"repeatOp":    importRepeat,
		"reshapeOp":   func(o opaque, in []*graph.Node) *graph.Node { return in[0].Reshape(o.n.Shape()...) },
		"transposeOp": func(o opaque, in []*graph.Node) *graph.Node { return in[0].Transpose(o.ints("pattern")...) },
		"concatOp":    func(o opaque, in []*graph.Node) *graph.Node { return graph.Concat(o.int("axis"), in...) },
		"sliceOp":     importSlice,
		"softmaxOp":   importSoftmax,
	}
}

func imported(f func(x *graph.Node) *graph.Node) importRule {
	return func(_ opaque, in []*graph.Node) *graph.Node { return f(in[0]) }
}

func joined(f func(x, y *graph.Node) *graph.Node) importRule {
	return func(_ opaque, in []*graph.Node) *graph.Node { return f(in[0], in[1]) }
}

// compared gives a Bool, or 0 and 1 of the operands' type where Gorgonia was asked for that.
func compared(f func(x, y *graph.Node) *graph.Node) importRule {
	return func(o opaque, in []*graph.Node) *graph.Node {
		y := f(in[0], in[1])
		if o.flag("retSame") && y.Valid() {
			return y.Cast(in[0].DType())
		}
		return y
	}
}

// importProduct multiplies matrices, or a matrix and a vector.
func importProduct(o opaque, in []*graph.Node) *graph.Node {
	return swapped(in[0], o.flag("transA")).MatMul(swapped(in[1], o.flag("transB")))
}

// swapped transposes the last two axes where asked.
func swapped(x *graph.Node, transposed bool) *graph.Node {
	r := x.Rank()
	if !transposed || r < 2 {
		return x
	}
	perm := make([]int, r)
	for i := range perm {
		perm[i] = i
	}
	perm[r-2], perm[r-1] = r-1, r-2
	return x.Transpose(perm...)
}

// importRepeat repeats each element along an axis as often as the result's shape says.
func importRepeat(o opaque, in []*graph.Node) *graph.Node {
	axis, x := o.int("along"), in[0]
	to := o.n.Shape()
	if axis >= len(to) {
		return x.BroadcastTo(to...)
	}
	for x.Rank() < len(to) {
		x = x.Unsqueeze(-1)
	}
	wide := append(append(append([]int{}, to[:axis]...), x.Dim(axis), to[axis]/max(x.Dim(axis), 1)), to[axis+1:]...)
	return x.Unsqueeze(axis + 1).BroadcastTo(wide...).Reshape(to...)
}

func importSlice(o opaque, in []*graph.Node) *graph.Node {
	s, ok := o.v.FieldByName("Slice").Interface().(tensor.Slice)
	if !ok || s == nil {
		return in[0]
	}
	axis := o.int("along")
	rs := make([]graph.Range, axis+1)
	for i := range rs {
		rs[i] = graph.All
	}
	rs[axis] = graph.Range{From: s.Start(), To: s.End(), Step: max(s.Step(), 1)}
	return in[0].Slice(rs...)
}

func importSoftmax(o opaque, in []*graph.Node) *graph.Node {
	axis := o.int("axis")
	if axis >= in[0].Rank() {
		axis = -1
	}
	if o.flag("isLog") {
		return in[0].LogSoftmax(axis)
	}
	return in[0].Softmax(axis)
}
