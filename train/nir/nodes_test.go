package nir_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goldenArray is an array of a golden file: numbers, whole or not, or texts.
type goldenArray struct {
	Shape []int
	Data  json.RawMessage
	Kind  string
}

func (a goldenArray) array(t *testing.T) nir.Array {
	t.Helper()
	read := func(to any) { require.NoError(t, json.Unmarshal(a.Data, to)) }
	out := nir.Array{Shape: append([]int{}, a.Shape...)}
	switch a.Kind {
	case "text":
		var v []string
		read(&v)
		out.Data = v
	case "i":
		var v []int64
		read(&v)
		out.Data = v
	default:
		var v []float64
		read(&v)
		out.Data = v
	}
	return out
}

// One node of each type gives what PyTorch and the equations of NIR give, whatever its settings.
func TestGoldenNodes(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/golden/nodes.json")
	require.NoError(t, err)
	var golden struct {
		Dt, Tolerance float64
		Cases         []struct {
			Name, Type      string
			Params          map[string]goldenArray
			Euler, Subtract bool
			X, Y            goldenArray
		}
	}
	require.NoError(t, json.Unmarshal(b, &golden))
	types := map[string]bool{}
	for _, c := range golden.Cases {
		types[c.Type] = true
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			n := nir.Node{Name: "n", Type: c.Type, Params: params{}}
			for name, a := range c.Params {
				n.Params[name] = a.array(t)
			}
			x := c.X.array(t)
			b, err := nir.Chain(x.Shape[1:], c.Y.Shape[1:], n).Encode()
			require.NoError(t, err)
			g, err := nir.Decode(b)
			require.NoError(t, err)
			shape := append([]int{x.Shape[0], 1}, x.Shape[1:]...)
			got := run(t, g, nir.Options{Dt: 1000 * golden.Dt, Euler: c.Euler, Subtract: c.Subtract}, x.Floats(), shape...)
			assert.Equal(t, append([]int{x.Shape[0], 1}, c.Y.Shape[1:]...), []int(got.Shape()))
			assert.InDeltaSlice(t, c.Y.array(t).Floats(), got.Float64s(), golden.Tolerance)
		})
	}
	assert.Len(t, types, 16, "every type but Input, Output and NIRGraph")
}
