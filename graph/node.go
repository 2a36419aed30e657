package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Errors that a caller can act on; every error of building a graph wraps one of them.
var (
	ErrShape = errors.New("shapes do not match")
	ErrDType = errors.New("element types do not match")
	ErrValue = errors.New("value out of its domain")
	ErrScope = errors.New("node used outside its graph")
)

// An Op computes one node's value from its inputs'. It is a comparable value: equal ops on equal
// inputs are one node. The ops of this package are all there are; Custom composes new ones.
type Op interface {
	fmt.Stringer // name and attributes, as Explain prints them
	// Infer returns the type of the result, or why the inputs do not fit.
	Infer(in []Type) (Type, error)
	// Grad returns the gradient arriving at each input of n for gy arriving at n, nil where it
	// is zero or where the op has no derivative.
	Grad(n, gy *Node) []*Node
	// attrs describes the op to other executors and printers.
	attrs() Attrs
	// kernel returns the function that computes n.
	kernel(n *Node) evalFunc
}

// multi is an Op with several results: its node is a tuple, read by result.
type multi interface {
	inferAll(in []Type) ([]Type, error)
}

// Attrs describes an op in plain data: what a printer or another executor needs.
type Attrs struct {
	Name           string        // the op's name, without attributes
	Axes           []int         // axes of reductions, permutation of a transpose
	Shape          []int         // target shape; starts of a slice are in Starts
	Starts, Steps  []int         // of a slice, paddings before and after of a pad
	TransA, TransB bool          // of a matrix product
	Value          float64       // of a splat constant
	DType          DType         // of a cast, a constant
	Index          int           // of a result, a carried value
	Reverse        bool          // of a cumulative sum, a loop
	Exclusive      bool          // of a cumulative sum
	Literal        *tensor.Dense // of a literal: not to be changed
	Window         *Window       // of a convolution, a pool
	Pattern        *Pattern      // of a sparse matrix
	Drawn          bool          // of a random draw, which is another in every run and step
}

// A Node is a value of a graph: an op and its inputs. Methods of Node build further nodes. A node
// that came of a fault is invalid: everything made from it is invalid too, and Compile reports the
// fault once. Nodes are immutable; a graph is built by one goroutine.
type Node struct {
	g     *Graph
	id    int
	op    Op
	in    []*Node
	typ   Type   // a tuple's is that of its first result
	tuple []Type // results of an op that has several, else nil
	scope string // layer that made it
	okay  bool
	// pending marks a carried value of a Loop whose initial value is not known yet: see Else.
	pending *carry
}

// Graph returns the graph that n belongs to.
func (n *Node) Graph() *Graph { return n.g }

// ID returns the node's position in its graph: inputs of a node have smaller ones.
func (n *Node) ID() int { return n.id }

// Op returns what computes n; nil if n is invalid.
func (n *Node) Op() Op { return n.op }

// Attrs describes n's op.
func (n *Node) Attrs() Attrs {
	if !n.Valid() {
		return Attrs{Name: "Invalid"}
	}
	return n.op.attrs()
}

// Inputs returns the nodes n is computed from. The slice must not be changed.
func (n *Node) Inputs() []*Node { return n.in }

// Valid reports whether n came about without a fault.
func (n *Node) Valid() bool { return n != nil && n.okay }

// Type returns the element type and shape; zero if n is invalid.
func (n *Node) Type() Type {
	if n == nil {
		return Type{}
	}
	return n.typ
}

// DType returns the element type; Invalid if n is invalid.
func (n *Node) DType() DType { return n.Type().DType }

// Shape returns the shape; nil if n is invalid. The slice must not be changed.
func (n *Node) Shape() Shape { return n.Type().Shape }

// Rank returns the number of axes.
func (n *Node) Rank() int { return len(n.Shape()) }

// Dim returns the extent of axis i, counted from the end if negative; 0 if there is no such axis.
func (n *Node) Dim(i int) int {
	s := n.Shape()
	if i < 0 {
		i += len(s)
	}
	if i < 0 || i >= len(s) {
		return 0
	}
	return s[i]
}

// Scope returns the name of the layer that n was made in, outer layers first.
func (n *Node) Scope() string { return n.scope }

func (n *Node) String() string {
	if !n.Valid() {
		return "invalid"
	}
	return fmt.Sprintf("%%%d = %s %v", n.id, n.op, n.typ)
}

// key identifies a node by what it computes.
type key struct {
	op Op
	in [4]*Node
}

// apply adds op to the innermost graph of its inputs, or returns the node that is it already.
func apply(op Op, in ...*Node) *Node {
	g, err := home(in)
	if g == nil {
		return &Node{} // nil or foreign inputs only: there is no graph to report to
	}
	for _, x := range in {
		if !x.Valid() {
			if x != nil && x.pending != nil {
				if !x.pending.told {
					g.fault(op, in, x.pending.missing())
				}
				x.pending.told = true
			} else if x == nil || x.g == nil {
				g.fault(op, in, fmt.Errorf("%w: an operand is nil, or was made in a nil graph", ErrValue))
			}
			return &Node{g: g} // poisoned: already reported
		}
	}
	if err != nil {
		g.fault(op, in, err)
		return &Node{g: g}
	}
	return g.place().add(op, in)
}

// place returns where an op on nodes of g belongs: in g, which takes it out of loops that are being
// traced inside g; but not out of a branch, which is computed only where it is taken.
func (g *Graph) place() *Graph {
	for t := g.root.top; t != nil && t != g; t = t.parent {
		if !t.loop && g.encloses(t) {
			return t
		}
	}
	return g
}

// home returns the innermost graph among the inputs; all others must enclose it.
func home(in []*Node) (*Graph, error) {
	var g *Graph
	for _, x := range in {
		if x != nil && x.g != nil && (g == nil || x.g.depth > g.depth) {
			g = x.g
		}
	}
	if g == nil {
		return nil, nil
	}
	for _, x := range in {
		if x != nil && x.g != nil && !x.g.encloses(g) {
			return g.root.graph, fmt.Errorf("%w: operands are of different graphs, or of the body of a loop that is finished", ErrScope)
		}
	}
	if g.closed {
		return g.root.graph, fmt.Errorf("%w: an operand belongs to the body of a loop that is finished", ErrScope)
	}
	return g, nil
}

// add makes the node in g, or finds it there. Inputs of enclosing graphs are captured.
func (g *Graph) add(op Op, in []*Node) *Node {
	in = slices.Clone(in)
	for i, x := range in {
		in[i] = g.local(x)
	}
	k := key{op: op}
	consed := len(in) <= len(k.in)
	if consed {
		copy(k.in[:], in)
		if n := g.seen[k]; n != nil {
			return n
		}
	}
	types := make([]Type, len(in))
	for i, x := range in {
		types[i] = x.typ
	}
	n := &Node{g: g, op: op, in: in, scope: g.root.scope, okay: true}
	var err error
	if m, ok := op.(multi); ok {
		if n.tuple, err = m.inferAll(types); err == nil && len(n.tuple) > 0 {
			n.typ = n.tuple[0]
		}
	} else if r, ok := op.(resultOp); ok && r.index < len(in[0].tuple) {
		n.typ = in[0].tuple[r.index]
	} else if s, ok := op.(savedOp); ok && in[0].Loop() != nil && s.of.g == in[0].Loop().Body {
		n.typ = stackedType(in[0].Loop().Steps, s.of.typ)
	} else {
		n.typ, err = op.Infer(types)
	}
	if err == nil {
		err = checkShape(n.typ.Shape)
	}
	if err != nil {
		g.fault(op, in, err)
		return &Node{g: g}
	}
	n.id = len(g.nodes)
	g.nodes = append(g.nodes, n)
	if consed {
		g.seen[k] = n
	}
	return n
}

// result reads one result of a tuple.
func (n *Node) result(i int) *Node { return apply(resultOp{i}, n) }
