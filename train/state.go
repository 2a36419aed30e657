package train

import (
	"reflect"

	"github.com/spikegraph/spikegraph/graph"
)

// nodesIn returns where the nodes are inside the state that s points to: in fields of structs and
// elements of arrays and slices, nested, in their order. It is the order of graph.Loop, which also
// refuses nodes in fields that are not exported.
func nodesIn[S any](s *S) []**graph.Node { return appendNodes(nil, reflect.ValueOf(s).Elem()) }

func appendNodes(at []**graph.Node, v reflect.Value) []**graph.Node {
	if v.Type() == reflect.TypeFor[*graph.Node]() {
		if v.CanSet() {
			at = append(at, v.Addr().Interface().(**graph.Node))
		}
		return at
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			at = appendNodes(at, v.Field(i))
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			at = appendNodes(at, v.Index(i))
		}
	}
	return at
}
