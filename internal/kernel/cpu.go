package kernel

import "os"

// isa is a set of machine instructions the kernels are written for.
type isa int

const (
	portable isa = iota // Go alone
	avx2                // amd64 with AVX2 and FMA
	avx512              // amd64 with AVX-512 F, BW, DQ and VL
	isas
)

var levelNames = [isas]string{"portable", "avx2", "avx512"}

func (l isa) String() string { return levelNames[l] }

// levelVariable names the environment variable that forces a lower level than the processor allows:
// portable, avx2 or avx512. A level the processor lacks gives the best it has, as does any other
// value.
const levelVariable = "SPIKEGRAPH_KERNEL"

var active = chooseLevel(os.Getenv(levelVariable), supported())

// chooseLevel returns the level called name, but none above best.
func chooseLevel(name string, best isa) isa {
	for l, s := range levelNames {
		if s == name {
			return min(isa(l), best)
		}
	}
	return best
}

// Level returns the name of the instruction set in use: portable, avx2 or avx512. It is the best that
// the processor has, or a lower one that the environment variable SPIKEGRAPH_KERNEL named when the
// program started.
func Level() string { return active.String() }

// The register tiles of each level, by element type.
var (
	tiles32 = [isas]*tiles[float32]{portable: portableTiles[float32]()}
	tiles64 = [isas]*tiles[float64]{portable: portableTiles[float64]()}
)

func tilesOf[T Float]() *tiles[T] { return tilesAt[T](active) }

func tilesAt[T Float](l isa) *tiles[T] {
	return choose[tiles[T]](T(0), tiles32[l], tiles64[l])
}
