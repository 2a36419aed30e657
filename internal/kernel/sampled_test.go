package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkSampled compares a product of which elements are asked for with its definition. What is not finite comes
// through where it is met, and nowhere else.
func checkSampled[T Float](t *testing.T, l isa, r *rand.Rand, m, n, k int, share, eps float64) {
	t.Helper()
	trans := r.IntN(2) == 1
	lda, ldb, ldc, words := k+r.IntN(3), k+r.IntN(3), n+r.IntN(3), roundUp(n, wordBits)/wordBits+r.IntN(2)
	size := n * ldb
	if trans {
		ldb = n + r.IntN(3)
		size = k * ldb
	}
	a, y := normals[T](r, m*lda+1)[1:], normals[T](r, size+1)[1:]
	if m*k > 0 && r.IntN(2) == 1 {
		a[r.IntN(len(a))], y[r.IntN(len(y))] = odd[T](r), odd[T](r)
	}
	b := operand(y, ldb, trans)
	mask := make([]uint64, m*words)
	for i := range m {
		for j := range n {
			if r.Float64() < share {
				mask[i*words+j/wordBits] |= 1 << (j % wordBits)
			}
		}
	}
	c := normals[T](r, m*ldc)
	before := append([]T(nil), c...)
	p := packRows(l, nil, b, n, k)
	var ws Workspace
	all := roundUp(n, wordBits) / wordBits
	SampledGemm(&ws, m, a, lda, p, mask, words, c, ldc, all/2, all)
	SampledGemm(&ws, m, a, lda, p, mask, words, c, ldc, 0, all/2)
	for i := range m {
		for j := range ldc {
			if j >= n {
				require.Equal(t, before[i*ldc+j], c[i*ldc+j])
				continue
			}
			want, most := 0.0, 0.0
			if mask[i*words+j/wordBits]>>(j%wordBits)&1 == 1 {
				for q := range k {
					term := float64(a[i*lda+q]) * float64(b.data[j*b.rs+q*b.cs])
					want, most = want+term, most+math.Abs(term)
				}
			}
			require.Truef(t, within(want, float64(c[i*ldc+j]), eps*float64(k+1)*most+float64(k)*least[T]()), "%v: %d %d is %v, want %v", l, i, j, c[i*ldc+j], want)
		}
	}
}

func TestSampled(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(7, 8))
		for range 40 {
			m, n, k := r.IntN(140), r.IntN(200)+1, r.IntN(300)
			checkSampled[float32](t, l, r, m, n, k, r.Float64(), 1.2e-7)
			checkSampled[float64](t, l, r, m, n, k, r.Float64(), 2.3e-16)
		}
	})
}

// FuzzSampled compares all levels with the definition.
func FuzzSampled(f *testing.F) {
	f.Add(uint64(1), uint8(64), uint8(64), uint16(128), uint8(30))
	f.Add(uint64(2), uint8(130), uint8(3), uint16(17), uint8(255))
	f.Add(uint64(3), uint8(0), uint8(200), uint16(0), uint8(100))
	f.Fuzz(func(t *testing.T, seed uint64, m, n uint8, k uint16, share uint8) {
		for l := portable; l <= supported(); l++ {
			checkSampled[float32](t, l, rand.New(rand.NewPCG(seed, 1)), int(m), int(n)+1, int(k)%400, float64(share)/255, 1.2e-7)
			checkSampled[float64](t, l, rand.New(rand.NewPCG(seed, 2)), int(m), int(n)+1, int(k)%400, float64(share)/255, 2.3e-16)
		}
	})
}

// A mask that names the same pairs lists them the same at all levels, those in eights first.
func TestListPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for round := range 50 {
		words, ldx := 1+r.IntN(100), 1+r.IntN(3)
		x := make([]uint64, words*ldx)
		for i := range x {
			if x[i] = randomWord(r, float64(round)/50); i%5 == 1 {
				x[i] = ^uint64(0)
			}
		}
		all, left := pairRoom(words)
		var want [2][]uint32
		for l := portable; l <= supported(); l++ {
			pairs, rest := make([]uint32, all), make([]uint32, left)
			n, behind := listPairs(l, x, ldx, words, pairs, rest)
			got := [2][]uint32{pairs[:n], rest[:behind]}
			if l == portable {
				want = got
			}
			require.Equal(t, want, got, "%v", l)
			for i := 0; i < n; i += pairsOfRow {
				require.Equal(t, pairs[i]/wordBits, pairs[i+pairsOfRow-1]/wordBits)
			}
		}
	}
}

// What it is said to take is what it takes.
func TestSampledRoomIsTaken(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	for range 20 {
		m, n, k := 1+r.IntN(300), 1+r.IntN(300), 1+r.IntN(300)
		y, words := make([]float32, n*k), roundUp(n, wordBits)/wordBits
		p := PackRows(nil, false, n, k, y, k)
		enough(t, 4*cap(p.data), RowsBytes[float32](n, k), fmt.Sprint(n, k))
		var ws Workspace
		SampledGemm(&ws, m, make([]float32, m*k), k, p, make([]uint64, m*words), words, make([]float32, m*n), n, 0, words)
		s := &ws.sample32
		enough(t, 4*(cap(s.own)+cap(s.pairs)+cap(s.rest)+cap(s.sums)+cap(s.restSums)), SampledRoom[float32](m, k).Bytes(), fmt.Sprint(m, k))
	}
}

func BenchmarkSampled(b *testing.B) {
	for _, s := range [][3]int{{64, 256, 256}, {64, 256, 64}, {64, 1000, 1000}, {64, 400, 400}, {128, 512, 512}} {
		m, n, k := s[0], s[1], s[2]
		r := rand.New(rand.NewPCG(1, 2))
		x, y, z := normals[float32](r, m*k), normals[float32](r, n*k), make([]float32, m*n)
		b.Run(fmt.Sprintf("%d/dense", s), func(b *testing.B) {
			p := PackB[float32](nil, true, k, n, y, k)
			var ws Workspace
			for b.Loop() {
				GemmPacked(&ws, false, m, x, k, p, 0, z, n)
			}
		})
		for _, d := range []float64{0.02, 0.05, .1, .2, .3, .4, .5} {
			b.Run(fmt.Sprintf("%d/%v", s, d), func(b *testing.B) {
				p := PackRows[float32](nil, false, n, k, y, k)
				var ws Workspace
				words := (n + 63) / 64
				var masks [8][]uint64
				for i := range masks {
					masks[i] = make([]uint64, m*words)
					for j := range m {
						for q := range n {
							if r.Float64() < d {
								masks[i][j*words+q/64] |= 1 << (q % 64)
							}
						}
					}
				}
				i := 0
				for b.Loop() {
					SampledGemm(&ws, m, x, k, p, masks[i%8], words, z, n, 0, words)
					i++
				}
			})
		}
	}
}
