package nir

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/internal/hdf5"
)

// Version is the version of NIR that is written where a graph has none.
const Version = "1.0.7"

// graphType is the type of nodes that are graphs.
const graphType = "NIRGraph"

// Names in a file that are no parameters.
const (
	keyType     = "type"
	keyNodes    = "nodes"
	keyEdges    = "edges"
	keyMetadata = "metadata"
	keyVersion  = "version"
)

// ReadFile reads a .nir file. Errors: ErrFormat, ErrTruncated, of the disk.
func ReadFile(name string) (*Graph, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("nir: %w", err)
	}
	return Decode(b)
}

// Decode reads a file that is in memory. Errors: ErrFormat, ErrTruncated.
func Decode(b []byte) (*Graph, error) {
	root, err := hdf5.Decode(b)
	if err != nil {
		if errors.Is(err, hdf5.ErrTruncated) {
			return nil, fmt.Errorf("%w: %v", ErrTruncated, err)
		}
		return nil, malformed("%v", err)
	}
	node := root.Member("node")
	if node == nil || node.Group == nil {
		return nil, malformed("it has no group /node")
	}
	n, err := readNode(node.Group, "node")
	if err != nil {
		return nil, err
	}
	if n.Graph == nil {
		n.Graph = &Graph{Nodes: []Node{n}} // a file of a single node
		n.Graph.Nodes[0].Graph = nil
	}
	beside := &hdf5.Group{}
	for _, m := range root.Members {
		switch {
		case m.Name == "node":
		case m.Name == keyVersion && m.Array != nil && Array(*m.Array).text() != "":
			n.Graph.Version = Array(*m.Array).text()
		default:
			beside.Members = append(beside.Members, m)
		}
	}
	n.Graph.Beside = readMetadata(beside)
	return n.Graph, nil
}

// readNode reads the node in a group; at is its place, for messages.
func readNode(g *hdf5.Group, at string) (Node, error) {
	n := Node{Name: path.Base(at)}
	for _, m := range g.Members {
		switch {
		case m.Name == keyType && m.Array != nil:
			n.Type = Array(*m.Array).text()
		case m.Name == keyMetadata && m.Group != nil:
			n.Metadata = readMetadata(m.Group)
		case m.Array != nil:
			if n.Params == nil {
				n.Params = map[string]Array{}
			}
			n.Params[m.Name] = Array(*m.Array)
		case m.Name != keyNodes:
			return n, malformed("/%s/%s is a group", at, m.Name)
		}
	}
	if n.Type == "" {
		return n, malformed("/%s has no type", at)
	}
	if n.Type != graphType {
		if g.Member(keyNodes) != nil && g.Member(keyNodes).Group != nil {
			return n, malformed("/%s is %s and has nodes", at, n.Type)
		}
		return n, nil
	}
	var err error
	n.Graph, err = readGraph(g, n, at)
	n.Params, n.Metadata = nil, nil
	return n, err
}

// readGraph reads the nodes and edges of a graph.
func readGraph(g *hdf5.Group, n Node, at string) (*Graph, error) {
	out := &Graph{Metadata: n.Metadata}
	for name := range n.Params {
		if name != keyEdges {
			return nil, malformed("/%s, a graph, has %q", at, name)
		}
	}
	edges, ok := n.Params[keyEdges].Data.([]string)
	if shape := n.Params[keyEdges].Shape; ok && len(shape) == 2 && shape[1] == 2 {
		for pair := range slices.Chunk(edges, 2) {
			out.Edges = append(out.Edges, Edge{pair[0], pair[1]})
		}
	} else if n.Params[keyEdges].Data != nil && !slices.Contains(shape, 0) {
		return nil, malformed("the edges of /%s have shape %v, want pairs of names", at, shape)
	}
	nodes := g.Member(keyNodes)
	if nodes == nil || nodes.Group == nil {
		return nil, malformed("/%s, a graph, has no nodes", at)
	}
	for _, m := range nodes.Group.Members {
		if m.Group == nil {
			return nil, malformed("/%s/nodes/%s is no node", at, m.Name)
		}
		child, err := readNode(m.Group, at+"/nodes/"+m.Name)
		if err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, child)
	}
	return out, nil
}

// readMetadata returns the arrays in and below a group, nil if there are none.
func readMetadata(g *hdf5.Group) map[string]Array {
	var all map[string]Array
	var walk func(g *hdf5.Group, prefix string)
	walk = func(g *hdf5.Group, prefix string) {
		for _, m := range g.Members {
			switch {
			case m.Group != nil:
				walk(m.Group, prefix+m.Name+"/")
			case all == nil:
				all = map[string]Array{}
				fallthrough
			default:
				all[prefix+m.Name] = Array(*m.Array)
			}
		}
	}
	walk(g, "")
	return all
}

// WriteFile writes a .nir file that the reference implementation and the HDF5 library read, whole or not at
// all. Errors:
// ErrFormat for what HDF5 has no place for, of the disk.
func (g *Graph) WriteFile(name string) error {
	b, err := g.Encode()
	if err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(name, b); err != nil {
		return fmt.Errorf("nir: %w", err)
	}
	return nil
}

// Encode returns the bytes of a file. Equal graphs give equal bytes.
func (g *Graph) Encode() ([]byte, error) {
	node, err := g.group()
	if err != nil {
		return nil, err
	}
	version := g.Version
	if version == "" {
		version = Version
	}
	root, err := free(g.Beside)
	if err != nil {
		return nil, err
	}
	root.Members = append(root.Members, hdf5.Member{Name: "node", Group: node})
	if root.Member(keyVersion) == nil {
		root.Members = append(root.Members, hdf5.Member{Name: keyVersion, Array: scalarText(version)})
	}
	b, err := hdf5.Encode(root)
	if err != nil {
		return nil, malformed("%v", err)
	}
	return b, nil
}

func scalarText(s string) *hdf5.Array { return &hdf5.Array{Shape: []int{}, Data: []string{s}} }

// group returns the graph as it stands in a file.
func (g *Graph) group() (*hdf5.Group, error) {
	edges := []string{}
	for _, e := range g.Edges {
		edges = append(edges, e.From, e.To)
	}
	nodes := &hdf5.Group{}
	for _, n := range g.Nodes {
		child, err := n.group()
		if err != nil {
			return nil, err
		}
		nodes.Members = append(nodes.Members, hdf5.Member{Name: n.Name, Group: child})
	}
	out := &hdf5.Group{Members: []hdf5.Member{
		{Name: keyEdges, Array: &hdf5.Array{Shape: []int{len(g.Edges), 2}, Data: edges}},
		{Name: keyNodes, Group: nodes},
		{Name: keyType, Array: scalarText(graphType)},
	}}
	return out, addMetadata(out, g.Metadata)
}

// group returns the node as it stands in a file.
func (n *Node) group() (*hdf5.Group, error) {
	if (n.Graph != nil) != (n.Type == graphType) || n.Graph != nil && len(n.Params) > 0 {
		return nil, malformed("node %q is of type %q; graphs, and they alone, are %s, without parameters", n.Name, n.Type, graphType)
	}
	if n.Graph != nil {
		return n.Graph.group()
	}
	out := &hdf5.Group{Members: []hdf5.Member{{Name: keyType, Array: scalarText(n.Type)}}}
	for name, a := range n.Params {
		if name == keyType || name == keyNodes || name == keyMetadata {
			return nil, malformed("node %q has a parameter named %q", n.Name, name)
		}
		out.Members = append(out.Members, hdf5.Member{Name: name, Array: (*hdf5.Array)(&a)})
	}
	return out, addMetadata(out, n.Metadata)
}

// addMetadata adds free content to a group, if there is any.
func addMetadata(to *hdf5.Group, data map[string]Array) error {
	if len(data) == 0 {
		return nil
	}
	root, err := free(data)
	to.Members = append(to.Members, hdf5.Member{Name: keyMetadata, Group: root})
	return err
}

// free returns a group of free content.
func free(data map[string]Array) (*hdf5.Group, error) {
	root := &hdf5.Group{}
	for name, a := range data {
		g := root
		dir, base := path.Split(name)
		for _, part := range strings.Split(strings.Trim(dir, "/"), "/") {
			if part == "" {
				continue
			}
			if g.Member(part) == nil {
				g.Members = append(g.Members, hdf5.Member{Name: part, Group: &hdf5.Group{}})
			}
			if g = g.Member(part).Group; g == nil {
				return nil, malformed("metadata %q is an array and a group", name)
			}
		}
		g.Members = append(g.Members, hdf5.Member{Name: base, Array: (*hdf5.Array)(&a)})
	}
	return root, nil
}
