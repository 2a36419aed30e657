package probe

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// output is the name of what a step returns.
const output = "y"

// value is a node of a step that can be watched.
type value struct {
	name string
	node *graph.Node
}

// leaf is where a node is inside a state, and its path there.
type leaf struct {
	path string
	node **graph.Node
}

// values names the marks of the body top, the state after the step, and its output. Of equal names
// the first counts.
func values(marks []graph.Marked, top *graph.Graph, state []leaf, y *graph.Node) []value {
	var all []value
	count := map[string]int{}
	add := func(name string, x *graph.Node) {
		if x.Valid() && !slices.ContainsFunc(all, func(v value) bool { return v.name == name }) {
			all = append(all, value{name, x})
		}
	}
	for _, m := range marks {
		if !readable(m.Node, top) {
			continue
		}
		name := m.Scope
		if count[m.Scope]++; count[m.Scope] > 1 || name == "" {
			name = fmt.Sprintf("%s#%d", name, count[m.Scope])
		}
		add(name, m.Node)
	}
	for _, l := range state {
		add(l.path, *l.node)
	}
	add(output, y)
	return all
}

// readable reports whether x is of top or of a graph around it, not of a loop within a step.
func readable(x *graph.Node, top *graph.Graph) bool {
	for ; x.Valid() && top != nil; top = top.Parent() {
		if x.Graph() == top {
			return true
		}
	}
	return false
}

// leavesOf returns where the nodes are inside the state that s points to, in their order, which is
// that of graph.Loop.
func leavesOf[S any](s *S) []leaf {
	at := appendLeaves(nil, "", reflect.ValueOf(s).Elem())
	for i := range at {
		if at[i].path == "" {
			at[i].path = "state"
		}
	}
	return at
}

func appendLeaves(at []leaf, path string, v reflect.Value) []leaf {
	if v.Type() == reflect.TypeFor[*graph.Node]() {
		if v.CanSet() {
			at = append(at, leaf{path, v.Addr().Interface().(**graph.Node)})
		}
		return at
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			at = appendLeaves(at, name, v.Field(i))
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			at = appendLeaves(at, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	}
	return at
}
