package graph_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// madeByCompiler are ops that no one can build, with why the samples need not have them.
var madeByCompiler = map[string]string{
	"fusedOp":      "the fuse pass makes it of elementwise ops: TestSamplesWithoutEachPass compares both",
	"epilogueOp":   "the epilogue pass makes it of products and groups: TestEpilogues, and the random graphs",
	"timeSumOp":    "the stack pass makes it of sums in loops: TestStackedGradients, TestTimeSums",
	"packBitsOp":   "the bits pass makes it of results of loops: TestStoredBits",
	"expandBitsOp": "as packBitsOp",
	"partsOp":      "the shard pass makes it of sums in loops: TestShards",
	"joinOp":       "as partsOp",
	"openOp":       "the open pass makes it of gradients into spikes: TestOpenGradients",
	"savedOp":      "reverse sweeps make it of loops: the tests of package autodiff",
	"convInputOp":  "gradients of Conv make it: TestConvDerivatives, and the samples in package autodiff",
	"convKernelOp": "as convInputOp",
	"poolSpreadOp": "gradients of pools make it: TestPoolDerivatives, and the samples in package autodiff",
	"poolFindOp":   "as poolSpreadOp",
	"poolPlaceOp":  "as poolSpreadOp",
	"poolPickOp":   "gradients of gradients make it, as poolSpreadOp",
}

// tableVars are the tables of ops that are rows: each row needs a sample of its own.
var tableVars = []string{"unaryTable", "binaryTable", "reductionNames", "distributionNames", "lawTable"}

func TestEveryOpHasASample(t *testing.T) {
	t.Parallel()
	rows, types := opsInSource(t)
	require.Greater(t, len(rows), 40, "the tables were not found")
	require.Greater(t, len(types), 15, "the op types were not found")
	byType, byName := map[string]bool{}, map[string]bool{}
	for _, s := range opsamples.Samples() {
		byName[s.Op] = true
		g := graph.New()
		s.Build(g, s.Place(g))
		collectTypes(g, s.Op, byType)
	}
	for _, r := range rows {
		assert.True(t, byName[r], "row %s of a table has no sample", r)
	}
	for _, typ := range types {
		if madeByCompiler[typ] == "" {
			assert.True(t, byType[typ], "op type %s has no sample", typ)
		}
	}
	for typ := range madeByCompiler {
		assert.Contains(t, types, typ, "an exception that is none")
		assert.False(t, byType[typ], "%s has a sample: no exception needed", typ)
	}
}

// collectTypes marks the op types of g's nodes that are what the sample is of.
func collectTypes(g *graph.Graph, op string, into map[string]bool) {
	for _, n := range g.Nodes() {
		if n.Attrs().Name == op {
			into[strings.TrimPrefix(fmt.Sprintf("%T", n.Op()), "graph.")] = true
		}
		for _, b := range bodiesOf(n) {
			collectTypes(b, op, into)
		}
	}
}

// opsInSource reads the package: names in the tables, and types with a method Infer.
func opsInSource(t *testing.T) (rows, types []string) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && d.Name.Name == "Infer" {
					types = append(types, d.Recv.List[0].Type.(*ast.Ident).Name)
				}
			case *ast.GenDecl:
				rows = append(rows, tableRows(d)...)
			}
		}
	}
	return rows, types
}

// tableRows returns the first string of each row of a table of ops.
func tableRows(d *ast.GenDecl) (names []string) {
	for _, s := range d.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 || !isTable(v.Names[0].Name) {
			continue
		}
		for _, e := range v.Values[0].(*ast.CompositeLit).Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			if row, ok := e.(*ast.CompositeLit); ok {
				e = row.Elts[0]
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					e = kv.Value
				}
			}
			name, err := strconv.Unquote(e.(*ast.BasicLit).Value)
			if err == nil {
				names = append(names, name)
			}
		}
	}
	return names
}

func isTable(name string) bool {
	for _, t := range tableVars {
		if name == t {
			return true
		}
	}
	return false
}
