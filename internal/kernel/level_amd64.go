package kernel

import "golang.org/x/sys/cpu"

// supported returns the best level of this processor; the operating system's part is included.
func supported() isa {
	x := &cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI1 && x.HasBMI2:
		return avx512
	case x.HasAVX2 && x.HasFMA && x.HasBMI1 && x.HasBMI2:
		return avx2
	}
	return portable
}

func init() {
	tiles32[avx2], tiles64[avx2] = tilesAVX2F32.tiles(), tilesAVX2F64.tiles()
	tiles32[avx512], tiles64[avx512] = tilesAVX512F32.tiles(), tilesAVX512F64.tiles()
	patterns[avx512] = patternsAVX512()
	codes32[avx2], codes64[avx2] = codesAVX2F32.codes(avx2), codesAVX2F64.codes(avx2)
	codes32[avx512], codes64[avx512] = codesAVX512F32.codes(avx512), codesAVX512F64.codes(avx512)
	peaks32[avx2], peaks64[avx2] = &peak[float32]{12, 8, multiplyAddsF32AVX2, readBlocksF32AVX2}, &peak[float64]{12, 4, multiplyAddsF64AVX2, readBlocksF64AVX2}
	peaks32[avx512], peaks64[avx512] = &peak[float32]{12, 16, multiplyAddsF32AVX512, readBlocksF32AVX512}, &peak[float64]{12, 8, multiplyAddsF64AVX512, readBlocksF64AVX512}
	setLoops()
}
