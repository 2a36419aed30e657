// Package architecture holds the tests of the module as a whole: what may import what, and what
// stands at the top.
package architecture

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/spikegraph/spikegraph/"

// allowed says which packages of the module each package may import outside of its tests. A folder
// that is not listed is held to the entry of the folder around it.
var allowed = map[string][]string{
	"graph":             {"internal/kernel"},
	"graph/gorgonia":    {"graph", "autodiff"},
	"graph/random":      {"graph"},
	"autodiff":          {"graph"},
	"autodiff/gradtest": {"graph", "autodiff"},
	"surrogate":         {"graph"},
	"losses":            {"graph"},
	"layers":            {"graph", "surrogate", "autodiff"},
	"optim":             {"graph"},
	"datasets":          {"internal/hdf5", "internal/ndarray"},
	"train":             {"graph", "autodiff", "surrogate", "losses", "layers", "optim", "datasets", "train", "internal/linalg", "internal/registry", "internal/hdf5"},
	"train/checkpoint":  {"internal/atomicfile"},
	"train/nir":         {"graph", "surrogate", "layers", "internal/atomicfile", "internal/hdf5", "internal/ndarray"},
	"train/npz":         {"train/checkpoint", "internal/atomicfile", "internal/ndarray"},
	"train/brainpy": {"train/checkpoint", "train/npz", "internal/atomicfile", "internal/hdf5", "internal/matlab", "internal/ndarray",
		"internal/pickle"},
	"train/convert":         {"train/checkpoint", "internal/ndarray"},
	"train/probe":           {"graph", "autodiff", "datasets", "train", "internal/atomicfile"},
	"train/report":          {"graph", "train", "internal/atomicfile"},
	"internal/kernel":       {},
	"internal/cli":          {"graph", "autodiff", "surrogate", "losses", "layers", "optim", "datasets", "train", "internal/atomicfile", "internal/ndarray"},
	"internal/opsamples":    {"graph"},
	"internal/atomicfile":   {},
	"internal/golden":       {},
	"internal/hdf5":         {"internal/ndarray"},
	"internal/linalg":       {"internal/kernel"},
	"internal/ndarray":      {},
	"internal/matlab":       {"internal/ndarray"},
	"internal/pickle":       {"internal/ndarray"},
	"internal/registry":     {},
	"internal/architecture": {},
}

// free are folders of programs, which may import anything.
var free = []string{"examples", "cmd"}

func TestImports(t *testing.T) {
	require.NoError(t, fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || path == "internal/kernel/gen") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if slices.Contains(free, strings.Split(dir, "/")[0]) {
			return nil
		}
		rule, ok := ruleOf(dir)
		require.Truef(t, ok, "%s: no rule says what this folder may import", path)
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", path), nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			assert.Falsef(t, name == "gorgonia.org/gorgonia" && !strings.HasPrefix(dir, "graph/gorgonia"), "%s imports gorgonia, which has one room", path)
			if pkg, ours := strings.CutPrefix(name, module); ours {
				assert.Truef(t, permits(rule, pkg), "%s imports %s; %s may import %v", path, pkg, dir, rule)
			}
		}
		return nil
	}))
}

func ruleOf(dir string) ([]string, bool) {
	for ; dir != "."; dir = filepath.ToSlash(filepath.Dir(dir)) {
		if r, ok := allowed[dir]; ok {
			return append(r, dir), true
		}
	}
	return nil, false
}

// permits reports whether pkg, or a folder around it, is in the rule.
func permits(rule []string, pkg string) bool {
	for ; pkg != "."; pkg = filepath.ToSlash(filepath.Dir(pkg)) {
		if slices.Contains(rule, pkg) {
			return true
		}
	}
	return false
}

// TestTopLevel looks at what belongs to the project. What an example or its reader wrote beside it
// does not.
func TestTopLevel(t *testing.T) {
	cmd := exec.Command("git", "ls-files")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("what belongs to the project is known to git alone: %v", err)
	}
	files := strings.Fields(string(out))
	require.Contains(t, files, "go.mod")
	want := []string{"go.mod", "go.sum", "graph", "autodiff", "layers", "surrogate", "optim", "losses", "train",
		"datasets", "README.md", "internal", "examples", "cmd", "docs", ".ci", "LICENSE", ".gitignore", ".gitattributes"}
	for _, f := range files {
		top, _, _ := strings.Cut(f, "/")
		require.Contains(t, want, top, "nothing else stands at the top")
	}
}

func TestNoUtils(t *testing.T) {
	require.NoError(t, fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		base := strings.TrimSuffix(d.Name(), ".go")
		assert.NotContains(t, []string{"util", "utils", "common", "types", "helpers"}, base, path)
		return nil
	}))
}
