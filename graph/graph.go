package graph

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// A Graph holds the nodes of one function, and the faults made while building it. The body of a
// Loop is a graph inside another. A graph is built by one goroutine.
//
// In a nil graph every node is invalid, and layers may be placed there: Err and Compile say that it is nil, and
// so does a graph in which such a node is used.
type Graph struct {
	root   *root
	parent *Graph
	depth  int
	nodes  []*Node
	seen   map[key]*Node
	inputs []*Node // arguments, in the order they were made
	// captured lists the nodes of the parent that a body reads; captures are their stand-ins.
	captured, captures []*Node
	standIn            map[*Node]*Node
	index, indexArg    *Node    // number of the loop's step, and its place in the loop, once asked for
	segment            bool     // the body of a loop over segments: random ops pass it by
	loop               bool     // the body of a loop, which has a step
	closed             bool     // a body whose tracing is over
	moved              []update // parameters that a step of the loop updates
}

// root is what a graph shares with the bodies inside it.
type root struct {
	graph   *Graph
	top     *Graph // innermost graph being traced
	errs    []error
	scope   string
	streams uint32
	store   *Store
	params  map[string]*Node
	order   []*Node // parameters, as placed
	updates []update
	checks  []check
	seed    *Node // key of the random ops
	marks   []Marked
	loops   map[*Graph]*Node // the loop that a body belongs to
}

// update is the value that a parameter takes when a run ends, or a step of a loop.
type update struct {
	param, value *Node
	carried      bool // by a loop: another loop may go on from it
}

// check is a scalar that must be finite for a run to go on to its updates.
type check struct {
	what string
	node *Node
}

// New returns an empty graph whose parameters live in a store of its own.
func New() *Graph { return NewIn(NewStore(0)) }

// NewIn returns an empty graph whose parameters live in s: graphs of one model, for training, for
// evaluation, for another batch size, share a store.
func NewIn(s *Store) *Graph {
	if s == nil {
		g := New()
		g.Fail(fmt.Errorf("NewIn: %w: the store is nil", ErrValue))
		return g
	}
	g := &Graph{seen: map[key]*Node{}}
	g.root = &root{graph: g, top: g, store: s, params: map[string]*Node{}, loops: map[*Graph]*Node{}}
	return g
}

// Store returns where the graph's parameters live.
func (g *Graph) Store() *Store {
	if g == nil {
		return nil
	}
	return g.root.store
}

// Nodes returns the graph's nodes; the inputs of each stand before it. The slice must not be changed.
func (g *Graph) Nodes() []*Node {
	if g == nil {
		return nil
	}
	return g.nodes
}

// Params returns the nodes of the parameters placed so far.
func (g *Graph) Params() []*Node {
	if g == nil {
		return nil
	}
	return g.root.order
}

// Err returns every independent fault made while building, joined; nil if there is none.
func (g *Graph) Err() error {
	if g == nil {
		return fmt.Errorf("%w: the graph is nil", ErrValue)
	}
	return errors.Join(g.root.errs...)
}

// Fail records a fault that a layer found in its settings, and returns an invalid node.
func (g *Graph) Fail(err error) *Node {
	if g == nil {
		return &Node{}
	}
	g.root.errs = append(g.root.errs, fmt.Errorf("%s%w", g.where(), err))
	return &Node{g: g}
}

// noType records that d is no element type of a what. Where there is a fault already, Invalid is
// the type of an invalid node, and passes as silently as the node does.
func (g *Graph) noType(what string, d DType) *Node {
	if d == Invalid && len(g.root.errs) > 0 {
		return &Node{g: g}
	}
	return g.Fail(fmt.Errorf("%s: %w: %v", what, ErrDType, d))
}

// Scope names the layer that is being placed or applied, for errors and Explain; the returned
// function ends it: defer g.Scope("hidden")().
func (g *Graph) Scope(name string) (end func()) {
	if g == nil {
		return func() {}
	}
	before := g.root.scope
	if before != "" && name != "" {
		name = before + "." + name
	}
	g.root.scope = name
	return func() { g.root.scope = before }
}

// Inside names the layer that made n for what is made next: gradients belong to the layer whose
// values they are of. The returned function ends it.
func (n *Node) Inside() (end func()) {
	if n == nil || n.g == nil {
		return func() {}
	}
	r := n.g.root
	before := r.scope
	r.scope = n.scope
	return func() { r.scope = before }
}

// body opens a graph inside the one that is being traced, for the body of a loop or a branch.
func (g *Graph) body() *Graph {
	p := g.root.top
	b := &Graph{root: g.root, parent: p, depth: p.depth + 1, seen: map[key]*Node{}, standIn: map[*Node]*Node{}}
	g.root.top = b
	return b
}

// close ends the tracing of a body.
func (g *Graph) close() {
	g.closed = true
	g.root.top = g.parent
}

// encloses reports whether g is b or a graph around it.
func (g *Graph) encloses(b *Graph) bool {
	for ; b != nil; b = b.parent {
		if b == g {
			return true
		}
	}
	return false
}

// local returns x as a node of g: itself, or the stand-in by which a body reads a value from outside.
func (g *Graph) local(x *Node) *Node {
	if x.g == g {
		return x
	}
	if g.parent == nil {
		panic(fmt.Sprintf("graph: %v is not reachable from its user", x))
	}
	x = g.parent.local(x)
	if c := g.standIn[x]; c != nil {
		return c
	}
	c := g.placeholder(argOp{role: roleCapture, index: len(g.captures), typ: typeKey(x.typ)}, x.typ)
	c.scope = x.scope
	g.captured, g.captures = append(g.captured, x), append(g.captures, c)
	g.standIn[x] = c
	return c
}

// placeholder adds a node whose value is put there by who runs the graph.
func (g *Graph) placeholder(op Op, t Type) *Node {
	n := &Node{g: g, id: len(g.nodes), op: op, typ: t, scope: g.root.scope, okay: true}
	g.nodes = append(g.nodes, n)
	return n
}

// fault records why op cannot be applied to in.
func (g *Graph) fault(op Op, in []*Node, err error) {
	g.root.errs = append(g.root.errs, fmt.Errorf("%s%s%s: %w", g.where(), op, shapesOf(in), err))
}

func shapesOf(in []*Node) string {
	s := make([]string, len(in))
	for i, x := range in {
		s[i] = "invalid"
		if x.Valid() {
			s[i] = x.typ.String()
		}
	}
	return "(" + strings.Join(s, ", ") + ")"
}

// where returns the caller's line and the layer, as they begin a message.
func (g *Graph) where() string {
	w := caller() + ": "
	if g.root.scope != "" {
		w += g.root.scope + ": "
	}
	return w
}

// modulePath is the prefix of the functions of this module.
const modulePath = "github.com/spikegraph/spikegraph/"

// caller returns file and line of the user's code: the first frame outside the library, or in a test.
func caller() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		rest, ours := strings.CutPrefix(f.Function, modulePath)
		if ours && (strings.HasPrefix(rest, "examples/") || strings.HasPrefix(rest, "cmd/")) {
			ours = false
		}
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") && (!ours || strings.HasSuffix(f.File, "_test.go")) {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return "?"
		}
	}
}
