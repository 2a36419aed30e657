package nir

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// What a caller can tell apart with errors.Is.
var (
	ErrFormat      = errors.New("nir: not a NIR file this package can read")
	ErrTruncated   = errors.New("nir: the file ends before what it describes")
	ErrUnsupported = errors.New("nir: the graph cannot be expressed")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

func unsupported(node, format string, args ...any) error {
	return fmt.Errorf("%w: node %q: %s", ErrUnsupported, node, fmt.Sprintf(format, args...))
}

// Graph is a network as a file describes it.
type Graph struct {
	Version  string           // of NIR, of the outermost graph only; Version is what we write for ""
	Nodes    []Node           // in the order of their names
	Edges    []Edge           // in the file's order
	Metadata map[string]Array // see Node
	Beside   map[string]Array // of the outermost graph: what its file holds beside it and its version, as Metadata
}

// Edge says that what node From gives goes to node To.
type Edge struct{ From, To string }

// Node is one node of a graph.
type Node struct {
	Name     string
	Type     string           // as NIR names it: LIF, Affine, Conv2d
	Params   map[string]Array // by their names in NIR, such as v_threshold
	Graph    *Graph           // of type NIRGraph only, which has no Params
	Metadata map[string]Array // free content; "/" in a name stands for a group
}

// Array is the numbers of a parameter, row by row: Data is a slice of float32, float64, int8 to int64,
// uint8 to uint64, bool or string, of as many elements as Shape says. Shape is empty for a scalar.
type Array struct {
	Shape []int
	Data  any
}

// Node returns the node of that name, nil if there is none.
func (g *Graph) Node(name string) *Node {
	i := slices.IndexFunc(g.Nodes, func(n Node) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return &g.Nodes[i]
}

// Floats returns the numbers of the array as float64; nil if it holds strings.
func (a Array) Floats() []float64 { return ndarray.Floats(a.Data) }

// ints returns numbers that are whole, false if some are not.
func (a Array) ints() ([]int, bool) {
	out := make([]int, 0, len(a.Floats()))
	for _, v := range a.Floats() {
		if v != float64(int(v)) || v > mostInt || v < -mostInt {
			return nil, false
		}
		out = append(out, int(v))
	}
	return out, a.Floats() != nil
}

// mostInt bounds whole numbers, so that products of a few do not overflow.
const mostInt = 1 << 30

// text returns the string of a scalar, "" if it is none.
func (a Array) text() string {
	if s, ok := a.Data.([]string); ok && len(s) == 1 {
		return s[0]
	}
	return ""
}
