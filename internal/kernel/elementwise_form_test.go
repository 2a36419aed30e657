package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFormIsFreeOfOrder writes one program in two orders and with its results exchanged.
func TestFormIsFreeOfOrder(t *testing.T) {
	dense := []Operand{{Float32, []int{1}}, {Float32, []int{1}}}
	a := NewElementwise(Float32, []Instr{{Op: OpExp, Dst: 2, A: 0}, {Op: OpAbs, Dst: 3, A: 1}, {Op: OpMul, Dst: 4, A: 2, B: 3}},
		[]int{9}, dense, floats(4, 2))
	b := NewElementwise(Float32, []Instr{{Op: OpAbs, Dst: 2, A: 1}, {Op: OpExp, Dst: 3, A: 0}, {Op: OpMul, Dst: 4, A: 2, B: 3}},
		[]int{9}, dense, floats(3, 4))
	require.Equal(t, a.forms[0].text, b.forms[0].text)
	require.Contains(t, a.forms[0].text, "Exp x")
}
