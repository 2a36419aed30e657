package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// family is a row of the table of kernels: every kernel has portable code, and assembly in the files whose
// names begin so; the tests compare what there is with the portable code or with its definition.
type family struct {
	what  string
	files []string // before _stubs_amd64.go
	tests string
}

// catalogue are the kernels, as docs/performance.md lists them.
var catalogue = []family{
	{"products of matrices, all four forms, packed factors, shared by workers", []string{"gemm"}, "FuzzGemm, FuzzSymmetricGemm"},
	{"a row times a matrix", []string{"rows"}, "FuzzRowGemm"},
	{"transposition, rows as they are packed", []string{"transpose"}, "FuzzTranspose"},
	{"rows added for spikes, both forms, of numbers and of bits", []string{"event", "words", "few"}, "FuzzEventGemm"},
	{"bits of numbers and of Bools: packed, expanded, counted", []string{"bits", "truths", "vector_bools"}, "FuzzBits"},
	{"squares of bits transposed, places of ones listed", []string{"patterns"}, "FuzzPatterns"},
	{"elements of a product where a mask has ones", []string{"pairs"}, "FuzzSampled"},
	{"arithmetic, comparison, logic, selection, chains of them", []string{"vector_arith", "vector_logic", "vector_joined"}, "FuzzLoops"},
	{"exp, expm1, log, log1p, tanh, sigmoid, softplus, atan, erf", []string{"vector_approx"}, "FuzzLoops"},
	{"programs of tiles", nil, "FuzzElementwise"},
	{"whole programs: LIF neurons forward and backward, Adam", []string{"forms"}, "FuzzForms"},
	{"convolution and its two derivatives", nil, "FuzzConv"},
	{"windows of pools", []string{"windows"}, "FuzzWindows"},
	{"sums, extremes", []string{"reduce_sums", "reduce_extremes"}, "FuzzReductions"},
	{"short rows: turned into columns, elements repeated along them", []string{"short_rows"}, "FuzzShortRows"},
	{"Philox: words, uniform numbers, Bernoulli draws", []string{"philox"}, "FuzzDraws"},
	{"products of sparse lists, dots of listed rows", []string{"dots"}, "FuzzLists"},
	{"lists of connections in packets", []string{"fanin"}, "FuzzFanIn"},
	{"product with a symmetric matrix", []string{"symv"}, "FuzzSymv"},
	{"sparse matrices that are drawn", nil, "TestJIT"},
	{"gathers, scatters, slots, running sums, copies", nil, "TestGatherRows, TestScatterAddRows, TestSlots, TestCumSum, TestCopierAgainstIndices"},
	{"the measured peaks", []string{"peak"}, "TestMultiplyAdds, TestRead"},
}

// variants returns for which types there is assembly of a level in the files of a family.
func (f family) variants(t *testing.T, level string) string {
	t.Helper()
	code := regexp.MustCompile(`(?m)^func \w+?(F32|F64|)` + level + `\(`)
	found := map[string]bool{}
	for _, name := range f.files {
		text, err := os.ReadFile(name + "_stubs_amd64.go")
		require.NoError(t, err)
		for _, m := range code.FindAllSubmatch(text, -1) {
			found[map[string]string{"F32": "float32", "F64": "float64", "": "words"}[string(m[1])]] = true
		}
	}
	if len(found) == 0 {
		return "-"
	}
	var names []string
	for _, n := range []string{"float32", "float64", "words"} {
		if found[n] {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}

// tables returns the tables of the document: of kernels, and of errors.
func tables(t *testing.T) (kernels, errors string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("| kernel | AVX2 | AVX-512 | compared with the portable code, or with its definition, by |\n|---|---|---|---|\n")
	for _, f := range catalogue {
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", f.what, f.variants(t, "AVX2"), f.variants(t, "AVX512"), strings.ReplaceAll(f.tests, ", ", "`, `"))
	}
	kernels = b.String()
	b.Reset()
	b.WriteString("| function | float32, portable | AVX2 | AVX-512 | float64 |\n|---|---|---|---|---|\n")
	for _, op := range approximations {
		w := worstUlps[op]
		double := "Go's"
		if d, ok := worstUlps64[op]; ok {
			double = fmt.Sprint(d)
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %s |\n", strings.ToLower(op.String()), w[portable], w[avx2], w[avx512], double)
	}
	return kernels, b.String()
}

// The tables of docs/performance.md are those here; every file of assembly is in one row, every fuzz
// target is named, and what is named there is.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	kernels, errors := tables(t)
	for _, want := range []string{kernels, errors} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/performance.md is to have this table:\n%s", want)
		}
	}
	stubs, err := filepath.Glob("*_stubs_amd64.go")
	require.NoError(t, err)
	var files, listed []string
	for _, s := range stubs {
		files = append(files, strings.TrimSuffix(s, "_stubs_amd64.go"))
	}
	tests := testsHere(t)
	for _, f := range catalogue {
		listed = append(listed, f.files...)
		for _, name := range strings.Split(f.tests, ", ") {
			assert.Contains(t, tests, name)
		}
	}
	assert.ElementsMatch(t, files, listed, "files of assembly, and those that are listed")
	for _, name := range tests {
		if strings.HasPrefix(name, "Fuzz") {
			assert.True(t, slices.ContainsFunc(catalogue, func(f family) bool { return strings.Contains(f.tests, name) }), name)
		}
	}
	for op := range worstUlps {
		assert.Contains(t, approximations, op)
	}
}

// testsHere returns the names of tests and fuzz targets of the package.
func testsHere(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	return names
}
