package cli

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/nir"
	"gorgonia.org/tensor"
)

// nodeRow is a node of a NIR file.
type nodeRow struct {
	Name string   `json:"name"`
	Type string   `json:"type"`
	To   []string `json:"to"` // where its edges lead
}

// nodesOf returns the nodes of a NIR file, those of graphs within behind them.
func nodesOf(path string) ([]nodeRow, error) {
	g, err := nir.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []nodeRow
	edges := edgesOf(g, "")
	eachNode(g, "", func(name string, n *nir.Node) {
		if n.Graph != nil {
			edges = append(edges, edgesOf(n.Graph, name+"/")...)
		}
		rows = append(rows, nodeRow{name, n.Type, []string{}})
	})
	for i := range rows {
		for _, e := range edges {
			if e.From == rows[i].Name {
				rows[i].To = append(rows[i].To, e.To)
			}
		}
	}
	return rows, nil
}

// readNIR returns the parameters of a NIR file as tensors NODE.PARAMETER, number for number. Texts are left
// out.
func readNIR(path string) (*checkpoint.File, error) {
	g, err := nir.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &checkpoint.File{Kind: "nir", Metadata: map[string]string{"nir.version": g.Version}}
	eachNode(g, "", func(name string, n *nir.Node) {
		for p, a := range n.Params {
			if t := tensorOf(a); t != nil {
				f.Add(name+"."+p, t)
			}
		}
	})
	slices.SortFunc(f.Tensors, func(a, b checkpoint.Tensor) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

// eachNode calls f for every node of a graph and of the graphs within, with the path of its name.
func eachNode(g *nir.Graph, prefix string, f func(name string, n *nir.Node)) {
	for i := range g.Nodes {
		n := &g.Nodes[i]
		f(prefix+n.Name, n)
		if n.Graph != nil {
			eachNode(n.Graph, prefix+n.Name+"/", f)
		}
	}
}

// edgesOf returns the edges of a graph, with the paths of its nodes.
func edgesOf(g *nir.Graph, prefix string) []nir.Edge {
	var edges []nir.Edge
	for _, e := range g.Edges {
		edges = append(edges, nir.Edge{From: prefix + e.From, To: prefix + e.To})
	}
	return edges
}

// tensorOf returns an array as a tensor, nil for texts.
func tensorOf(a nir.Array) *tensor.Dense {
	v := reflect.ValueOf(a.Data)
	switch {
	case v.Type().Elem().Kind() == reflect.String:
		return nil
	case len(a.Shape) == 0:
		return tensor.New(tensor.FromScalar(v.Index(0).Interface()))
	case v.Len() == 0:
		return tensor.New(tensor.Of(tensor.Dtype{Type: v.Type().Elem()}), tensor.WithShape(a.Shape...))
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(a.Data))
}

// writeNIR writes the graph of the file like with the numbers of f in place of its own: every tensor
// of f is a parameter NODE.PARAMETER of it, of the same shape.
func writeNIR(path, like string, f *checkpoint.File) error {
	g, err := nir.ReadFile(like)
	if err != nil {
		return err
	}
	left := map[string]*tensor.Dense{}
	for _, t := range f.Tensors {
		left[t.Name] = t.Value
	}
	var faults []error
	eachNode(g, "", func(name string, n *nir.Node) {
		for p, a := range n.Params {
			if t := left[name+"."+p]; t != nil {
				delete(left, name+"."+p)
				b, err := replaced(a, t)
				if err != nil {
					faults = append(faults, fmt.Errorf("%s.%s: %w", name, p, err))
				}
				n.Params[p] = b
			}
		}
	})
	for name := range left {
		faults = append(faults, fmt.Errorf("%s has no parameter %s", like, name))
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return errors.Join(faults...)
	}
	return g.WriteFile(path)
}

// replaced returns an array of the type and shape of a with the numbers of t.
func replaced(a nir.Array, t *tensor.Dense) (nir.Array, error) {
	if !slices.Equal(a.Shape, []int(t.Shape())) {
		return a, fmt.Errorf("its shape is %v: want %v", t.Shape(), a.Shape)
	}
	from := reflect.ValueOf(t.Data())
	if from.Kind() != reflect.Slice { // of a scalar
		one := reflect.MakeSlice(reflect.SliceOf(from.Type()), 1, 1)
		one.Index(0).Set(from)
		from = one
	}
	old := reflect.ValueOf(a.Data)
	elem := old.Type().Elem()
	if from.Len() != old.Len() || !from.Type().Elem().ConvertibleTo(elem) || elem.Kind() == reflect.String {
		return a, fmt.Errorf("%d elements of %v: want %d of %v", from.Len(), from.Type().Elem(), old.Len(), elem)
	}
	to := reflect.MakeSlice(old.Type(), old.Len(), old.Len())
	for i := range old.Len() {
		to.Index(i).Set(from.Index(i).Convert(elem))
	}
	return nir.Array{Shape: a.Shape, Data: to.Interface()}, nil
}
