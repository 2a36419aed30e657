package kernel_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// A membrane leaks, integrates and fires: v = 0.5*v + x in place, z = step(v - 1) as booleans.
func ExampleElementwise() {
	const n = 4
	code := []kernel.Instr{
		{Op: kernel.OpAffine, Dst: 2, A: 0, Imm0: 0.5},
		{Op: kernel.OpAdd, Dst: 2, A: 2, B: 1},
		{Op: kernel.OpAffine, Dst: 3, A: 2, Imm0: 1, Imm1: -1},
		{Op: kernel.OpStep, Dst: 3, A: 3},
	}
	vector := kernel.Operand{Kind: kernel.Float32, Strides: []int{1}}
	e := kernel.NewElementwise(kernel.Float32, code, []int{n}, []kernel.Operand{vector, vector},
		[]kernel.Output{{Kind: kernel.Float32, Reg: 2}, {Kind: kernel.Bool, Reg: 3}})

	v, x, z := []float32{0, 1, 2, 3}, []float32{0.25, 0.25, 0.25, -1}, make([]bool, n)
	in := []kernel.Buf{kernel.Of(v), kernel.Of(x)}
	out := []kernel.Buf{kernel.Of(v), kernel.Of(z)}
	e.Run(e.NewScratch(), 0, e.Blocks(), out, in)
	fmt.Println(v, z)
	// Output: [0.25 0.75 1.25 0.5] [false false true false]
}
