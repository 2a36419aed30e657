package config_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const text = `# a comment = 1
seed = 3
title = """two
lines = "4" """
[train]
epochs = "many" # not a number
'odd key' = [1, { deep = 2 }, [ "]", '#' ],
  4]
[[layer]]
type = "dense"
out = 2.5
[layer.recurrent]
no_bias = 1
[[layer]]
VTh = 1
w = { init = "normal", std = 0.1,
      sdt = 1 }
`

// Every fault names its line, key, value and what was expected.
func TestFaultsNameLines(t *testing.T) {
	t.Parallel()
	f := config.Parse("net.toml", text)
	assert.Equal(t, 3, f.Root.Int("seed", 0))
	assert.Equal(t, "two\nlines = \"4\" ", f.Root.String("title", ""))
	assert.Equal(t, 7, f.Root.Table("train").Int("epochs", 7))
	ls := f.Root.Tables("layer")
	require.Len(t, ls, 2)
	assert.Equal(t, "dense", ls[0].String("type", ""))
	ls[0].Int("out", 0)
	ls[0].Table("recurrent").Bool("no_bias", false)
	assert.Equal(t, 1.0, ls[1].Float("v_th", 0))
	w := ls[1].Table("w")
	assert.Equal(t, "nor_mal", w.OneOf("init", "", "uniform", "nor_mal"))
	assert.Equal(t, 0.1, w.Float("std", 0))
	err := f.Err()
	require.ErrorIs(t, err, config.ErrConfig)
	assert.Equal(t, `net.toml:6: train.epochs: "many": want a whole number
net.toml:7: train.odd key: there is no such key; there are: epochs
net.toml:11: layer[0].out: 2.5: want a whole number
net.toml:13: layer[0].recurrent.no_bias: 1: want true or false
net.toml:17: layer[1].w.sdt: there is no such key; there are: init, std`, err.Error())
}

func TestFaultsOfFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, want string
		read       func(r *config.Table)
	}{
		"not TOML":      {"a = 1\nb = = 2\n", "x.toml:2: this is not TOML", func(*config.Table) {}},
		"two of one":    {"v_th = 1\nVTh = 2\n", "v_th: VTh and v_th are the same key", func(r *config.Table) { r.Float("v_th", 0) }},
		"not a table":   {"data = 1\n", "x.toml:1: data: 1: want a table", func(r *config.Table) { r.Table("data") }},
		"not tables":    {"layer = [1]\n", "x.toml:1: layer: [1]: want tables: [[layer]]", func(r *config.Table) { r.Tables("layer") }},
		"below":         {"n = 0\n", "x.toml:1: n: 0: want a whole number of at least 1", func(r *config.Table) { r.Count("n", 5, 1) }},
		"negative seed": {"seed = -1\n", "x.toml:1: seed: -1: want a whole number of at least 0", func(r *config.Table) { r.Seed("seed", 0) }},
		"no such name":  {"s = \"z\"\n", `x.toml:1: s: "z": want one of a, b`, func(r *config.Table) { r.OneOf("s", "a", "a", "b") }},
		"infinite":      {"f = inf\n", "x.toml:1: f: +Inf: want a number", func(r *config.Table) { r.Float("f", 0) }},
		"list of texts": {"f = [1, \"a\"]\n", "x.toml:1: f: [1 a]: want a list of numbers", func(r *config.Table) { r.Floats("f") }},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := config.Parse("x.toml", tc.text)
			tc.read(f.Root)
			assert.ErrorContains(t, f.Err(), tc.want)
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	f := config.Parse("a.toml", "b = 2\nA_c = \"x\\\"y\"\nlist = [1, \"two\"]\nt = { z = true, k = 1.5 }\n[[l]]\ni = 1\n")
	assert.Equal(t, `A_c = "x\"y", b = 2, l = [{ i = 1 }], list = [1, "two"], t = { k = 1.5, z = true }`, f.Root.Text())
	assert.Empty(t, f.Root.Table("none").Text())
}

func TestReadMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.toml")
	assert.ErrorContains(t, config.Read(path).Err(), "no such file")
}

func TestNilTable(t *testing.T) {
	t.Parallel()
	var none *config.Table
	assert.Equal(t, 5, none.Int("x", 5))
	assert.Nil(t, none.Table("y"))
	assert.Nil(t, none.Ints("z"))
}

// The scanner survives any bytes, and finds every key of what is TOML.
func FuzzParse(f *testing.F) {
	f.Add(text)
	f.Add("a.b = '''x''''\n[\"q\\\"\"]\nd = {e = 1}\n")
	f.Fuzz(func(t *testing.T, s string) {
		_ = config.Parse("x", s).Err()
	})
}

func Example() {
	f := config.Parse("net.toml", "epochs = 3\nepoch = 4\n")
	fmt.Println(f.Root.Int("epochs", 1))
	fmt.Println(f.Err())
	// Output:
	// 3
	// net.toml:2: epoch: there is no such key; there are: epochs
}

func TestValues(t *testing.T) {
	t.Parallel()
	a, b := config.Parse("a", "v_th = 1\nn = [2]\n"), config.Parse("b", "# the same\nN = [2]\nVTh = 1\n")
	assert.Equal(t, a.Root.Values(), b.Root.Values())
	assert.Equal(t, `{"n":[2],"vth":1}`, a.Root.Values())
	assert.Equal(t, "{}", (*config.Table)(nil).Values())
}
