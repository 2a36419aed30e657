package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lineOf walks line i of m by the definition: one block of the generator after another.
func lineOf(m JIT, i int) (index []uint32, values []float64) {
	word := func(t int, domain uint32) uint32 {
		return Philox([4]uint32{uint32(t / 4), 0, uint32(i), domain}, [2]uint32{uint32(m.Seed), uint32(m.Seed >> 32)})[t%4]
	}
	below := func(t int) int { return int(uint64(word(t, placeDomain)) * uint64(m.Longest) >> 32) }
	for at, t := below(0), 1; at < m.Length; t++ {
		index = append(index, uint32(at))
		at += 1 + below(t)
	}
	for k := range index {
		u, v := float64(word(k&^1, valueDomain)), float64(word(k|1, valueDomain))
		switch {
		case m.Law == JITUniform && k%2 == 0:
			values = append(values, m.A+(m.B-m.A)*u/(1<<32))
		case m.Law == JITUniform:
			values = append(values, m.A+(m.B-m.A)*v/(1<<32))
		case m.Law == JITNormal:
			r := m.B * math.Sqrt(-2*math.Log((u+1)/(1<<32)))
			sin, cos := math.Sincos(2 * math.Pi * v / (1 << 32))
			values = append(values, m.A+r*[]float64{cos, sin}[k%2])
		}
	}
	return index, values
}

// At every level, for lines short and long, the draws are those of the definition, and both products are
// those of the matrix.
func TestJIT(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		old := active
		active = l
		defer func() { active = old }()
		r := rand.New(rand.NewPCG(1, 2))
		for _, m := range []JIT{
			{Lines: 7, Length: 5, Longest: 1, Seed: 3}, {Lines: 3, Length: 1500, Longest: 3, Seed: 1 << 50, Law: JITNormal, A: 1, B: 2},
			{Lines: 40, Length: 900, Longest: 19, Seed: 5, Law: JITUniform, A: -1, B: 3}, {Lines: 9, Length: 50, Longest: 199, Seed: 6},
		} {
			n := 11
			b, c := normals[float64](r, m.Length*n), normals[float64](r, m.Lines*n)
			bt, ct := normals[float64](r, m.Lines*n), normals[float64](r, m.Length*n)
			for j := range n {
				bt[2*n+j] = 0
			}
			want, wantT := make([]float64, m.Lines*n), make([]float64, m.Length*n)
			var line JITLine[float64]
			for i := range m.Lines {
				index, values := lineOf(m, i)
				line.Draw(m, i)
				require.Equal(t, index, append([]uint32(nil), line.Index...))
				require.Equal(t, values, append([]float64(nil), line.Values...))
				for k, at := range index {
					w := 1.0
					if values != nil {
						w = values[k]
					}
					for j := range n {
						want[i*n+j] += w * b[int(at)*n+j]
						wantT[int(at)*n+j] += w * bt[i*n+j]
					}
				}
			}
			JITGather(m, &line, 0, m.Lines/2, n, b, n, c, n)
			JITGather(m, &line, m.Lines/2, m.Lines, n, b, n, c, n)
			require.InDeltaSlice(t, want, c, 1e-9)
			one := make([]float64, m.Lines)
			JITGather(m, &line, 0, m.Lines, 1, b, 1, one, 1)
			for i := range one {
				index, values := lineOf(m, i)
				sum := 0.0
				for k, at := range index {
					if values == nil {
						sum += b[at]
					} else {
						sum += values[k] * b[at]
					}
				}
				require.InDelta(t, sum, one[i], 1e-9)
			}
			for _, spikes := range []bool{false, true} {
				JITScatter(m, &line, spikes, n, bt, n, ct, n)
				require.InDeltaSlice(t, wantT, ct, 1e-9)
			}
		}
	})
}

// The share of elements and the moments of values are those of the laws.
func TestJITLaws(t *testing.T) {
	for law, want := range map[JITLaw][2]float64{JITUniform: {1, 4. / 3}, JITNormal: {-1, 9}} {
		m := JIT{Lines: 500, Length: 400, Longest: 19, Seed: 8, Law: law, A: -1, B: 3}
		var line JITLine[float32]
		n, sum, squares := 0.0, 0.0, 0.0
		for i := range m.Lines {
			line.Draw(m, i)
			for _, v := range line.Values {
				n, sum, squares = n+1, sum+float64(v), squares+float64(v)*float64(v)
			}
		}
		assert.InDelta(t, 0.1, n/(500*400), 0.003)
		mean := sum / n
		assert.InDelta(t, want[0], mean, 0.1)
		assert.InEpsilon(t, want[1], squares/n-mean*mean, 0.03)
	}
}
