package kernel

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// formProgram is a program of a form: its tiles are its first inputs, the numbers the rest.
type formProgram struct {
	tiles, numbers int
	bools          map[int]bool // tiles that are
	code           []Instr
	out            []Output
}

// programOf reads the text of a form back. immediate gives the numbers that are part of instructions.
func programOf(text string, immediate func() float64) (p formProgram) {
	seen := map[byte]map[int]bool{'x': {}, 'b': {}, 'c': {}}
	number := func(word string) int {
		n, err := strconv.Atoi(word[1:])
		if err != nil {
			panic(err)
		}
		return n
	}
	for _, word := range strings.Fields(strings.ReplaceAll(text, "?", "")) {
		if kind := seen[word[0]]; kind != nil {
			kind[number(word)] = true
		}
	}
	p.bools = seen['b']
	p.tiles, p.numbers = len(seen['x'])+len(seen['b']), len(seen['c'])
	register := func(word string) uint16 {
		return uint16(map[byte]int{'x': 0, 'b': 0, 'c': p.tiles, 'r': p.tiles + p.numbers}[word[0]] + number(word))
	}
	ops := map[string]Opcode{}
	for op := range opcodes {
		ops[op.String()] = op
	}
	for _, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if words[0] == "out" {
			for _, word := range words[1:] {
				o := Output{Kind: Float32}
				if word[0] == '?' {
					o.Kind, word = Bool, word[1:]
				}
				o.Reg = register(word)
				p.out = append(p.out, o)
			}
			continue
		}
		c := Instr{Op: ops[words[2]], Dst: register(words[0]), Imm0: immediate(), Imm1: immediate()}
		switch words[2] {
		case "Scale":
			c.Op, c.Imm1 = OpAffine, math.Copysign(0, -1)
		case "Shift":
			c.Op, c.Imm0 = OpAffine, 1
		}
		for i, to := range []*uint16{&c.A, &c.B, &c.C}[:c.Op.Arity()] {
			*to = register(words[3+i])
		}
		p.code = append(p.code, c)
	}
	return p
}

// summed returns the program with another input after all others, which is added to the tile x0 first.
func (p formProgram) summed() formProgram {
	extra := uint16(p.tiles + p.numbers)
	const sum = 60
	code := []Instr{{Op: OpAdd, Dst: sum, A: 0, B: extra}}
	place := func(r uint16) uint16 {
		switch {
		case r == 0:
			return sum
		case r >= extra:
			return r + 1
		}
		return r
	}
	for _, c := range p.code {
		c.Dst, c.A, c.B, c.C = place(c.Dst), place(c.A), place(c.B), place(c.C)
		code = append(code, c)
	}
	out := slices.Clone(p.out)
	for j := range out {
		out[j].Reg = place(out[j].Reg)
	}
	return formProgram{p.tiles, p.numbers, p.bools, code, out}
}

// formAgrees is the property that the code of a form stores what the interpreter of its level finds one
// element after the other, to the bit; odd lengths, whatever the alignment, partly in place.
func formAgrees(text string, l isa) func(t *rapid.T) {
	return func(t *rapid.T) {
		number := func() float64 { return rapid.SampledFrom([]float64{0.5, 0.95, -1.5, 3, 25, -0.25}).Draw(t, "number") }
		p := programOf(text, number)
		n := rapid.OneOf(rapid.IntRange(2, 70), rapid.SampledFrom([]int{255, 1025})).Draw(t, "n")
		seed := rapid.Uint32().Draw(t, "seed")
		element := func() float64 {
			seed++
			word := Philox([4]uint32{seed}, [2]uint32{})
			if word[0]%3 == 0 {
				return special[word[1]%uint32(len(special))]
			}
			return float64(int32(word[1])>>24) / 40
		}
		inputs, whole := p.tiles+p.numbers, 0
		if !p.bools[0] && rapid.Bool().Draw(t, "summed") {
			p = p.summed()
			inputs, whole = inputs+1, 1
		}
		in := make([]array, inputs)
		operands, ins := make([]Operand, len(in)), make([]Buf, len(in))
		for i := range in {
			skip := rapid.IntRange(0, 3).Draw(t, "skip")
			in[i] = array{Operand{Float32, []int{1}}, Of(newBuf(Float32, n+skip, element).F32()[skip:])}
			if p.bools[i] {
				in[i] = array{Operand{Bool, []int{1}}, Of(newBuf(Bool, n+skip, element).Bool()[skip:])}
			}
			if i >= p.tiles && i < p.tiles+p.numbers {
				in[i] = array{Operand{Float32, []int{0}}, Of([]float32{float32(number())})}
			}
			operands[i], ins[i] = in[i].Operand, in[i].buf
		}
		want := naive(loops32[l], p.code, []int{n}, in, p.out)
		outs := make([]Buf, len(p.out))
		for j := range outs {
			outs[j] = Of(make([]float32, n))
			if p.out[j].Kind == Bool {
				outs[j] = Of(make([]bool, n+1)[1:])
			} else if j < p.tiles && !p.bools[j] && rapid.Bool().Draw(t, "in place") {
				outs[j] = ins[j]
			}
		}
		e := NewElementwise(Float32, p.code, []int{n}, operands, p.out)
		s := e.scratchAt(l)
		if whole == 0 || !strings.Contains(text, "Add x") { // else it is another form that remains
			require.Equal(t, text, e.forms[whole].text)
			require.Equal(t, l != portable, s.f32.whole != nil)
		}
		e.Run(s, 0, e.Blocks(), outs, ins)
		for j := range outs {
			for i, w := range want[j] {
				if p.out[j].Kind == Bool {
					require.Equal(t, w != 0, outs[j].Bool()[i], "result %d element %d of %d", j, i, n)
					continue
				}
				requireSame(t, float64(w), float64(outs[j].F32()[i]), "result %d element %d of %d", j, i, n)
			}
		}
	}
}

func TestFormsAgainstNaive(t *testing.T) {
	require.NotEmpty(t, formTexts())
	eachLevel(t, func(t *testing.T, l isa) {
		for _, text := range formTexts() {
			t.Run(strings.ReplaceAll(text, "\n", "; "), func(t *testing.T) { rapid.Check(t, formAgrees(text, l)) })
		}
	})
}

func FuzzForms(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		l := isa(rapid.IntRange(0, int(supported())).Draw(t, "level"))
		formAgrees(rapid.SampledFrom(formTexts()).Draw(t, "form"), l)(t)
	}))
}

// formTexts returns the forms that have code.
func formTexts() (texts []string) {
	for _, f := range formTable {
		texts = append(texts, f.text)
	}
	return texts
}
