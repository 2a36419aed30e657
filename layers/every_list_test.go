package layers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withoutGradient are functions and types that the tables need not have, with the reason.
var withoutGradient = map[string]string{
	"EventIDs": "whole numbers", "OneHot": "whole numbers",
	"Populated": "SpikingReservoir has it",
}

// A layer or a function of nodes that is exported and stands in no table of every_test.go, and so has no
// gradient check, fails here.
func TestEveryLayerIsInTheTables(t *testing.T) {
	t.Parallel()
	types, functions := exportedOfNodes(t)
	require.Greater(t, len(types), 50)
	require.Greater(t, len(functions), 30)
	listed := map[string]bool{}
	for _, l := range everyLayers() {
		listed[l.name] = true
		assert.True(t, types[l.name], "%s is no layer", l.name)
	}
	for name := range everyFunctions() {
		listed[kind(name)] = true
		assert.True(t, functions[kind(name)] || types[kind(name)], "%s is no function", name)
	}
	for _, all := range []map[string]bool{types, functions} {
		for name := range all {
			assert.NotEqual(t, withoutGradient[name] == "", !listed[name], "%s: no gradient is checked, or there is a reason that is none", name)
		}
	}
	for name := range withoutGradient {
		assert.True(t, types[name] || functions[name], name)
	}
}

// exportedOfNodes reads the package: types with Place or In, or that are layers as they are, and functions
// from a node to a node.
func exportedOfNodes(t *testing.T) (types, functions map[string]bool) {
	types, functions = map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			switch recv := receiver(f); {
			case f.Recv == nil && hasNode(f.Type.Params) && hasNode(f.Type.Results):
				functions[f.Name.Name] = true
			case !ast.IsExported(recv) || strings.HasSuffix(recv, "Cell"):
			case f.Name.Name == "Place" || f.Name.Name == "In" && hasName(f.Type.Params, "g") || f.Name.Name == "Apply" || f.Name.Name == "Step":
				types[recv] = true
			}
		}
	}
	return types, functions
}

// receiver returns the name of the type that f is a method of.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// hasNode reports whether a *graph.Node is in the list.
func hasNode(l *ast.FieldList) bool {
	if l == nil {
		return false
	}
	for _, f := range l.List {
		if star, ok := f.Type.(*ast.StarExpr); ok {
			if s, ok := star.X.(*ast.SelectorExpr); ok && s.Sel.Name == "Node" {
				return true
			}
		}
	}
	return false
}

// hasName reports whether a parameter has that name.
func hasName(l *ast.FieldList, name string) bool {
	for _, f := range l.List {
		for _, n := range f.Names {
			if n.Name == name {
				return true
			}
		}
	}
	return false
}
