//go:build !amd64

package kernel

func drawWords(isa, []uint32, [2]uint32, uint32, uint32, uint64) int { return 0 }

func drawUniform(isa, []float32, [2]uint32, uint32, uint64) int { return 0 }

func drawUniformWide(isa, []float64, [2]uint32, uint32, uint64) int { return 0 }

func drawBernoulli(isa, []bool, []float32, [2]uint32, uint32, uint64) int { return 0 }
