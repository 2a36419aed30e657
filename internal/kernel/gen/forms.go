package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// maxTiles is the number of tiles that a form may read and write: as many as there are registers for.
const maxTiles = 11

// formsText lists the programs that get code of their own.
//
//go:embed forms.txt
var formsText string

// form is one of them.
type form struct {
	name  string
	lines []formLine
	out   []string
	text  string // as package kernel writes it
}

// formLine is one operation: the name of its result, of the operation and of what it reads.
type formLine struct {
	result, op string
	operands   []string
}

// readForms parses a list of forms, with empty lines between them and comments behind #.
func readForms(text string) (forms []form) {
	for _, block := range strings.Split(text, "\n\n") {
		var f form
		var lines []string
		for _, line := range strings.Split(block, "\n") {
			words := strings.Fields(line)
			switch {
			case len(words) == 0 || strings.HasPrefix(line, "#"):
				continue
			case len(words) == 1:
				f.name = words[0]
				continue
			case words[0] == "out":
				f.out = words[1:]
			default:
				f.lines = append(f.lines, formLine{words[0], words[2], words[3:]})
			}
			lines = append(lines, line)
		}
		if f.name != "" {
			f.text = strings.Join(lines, "\n")
			forms = append(forms, f)
		}
	}
	return forms
}

// operands returns the operands of some kinds that a form has: x, b or c.
func (f form) operands(kinds string) map[string]bool {
	seen := map[string]bool{}
	for _, l := range append([]formLine{{operands: f.out}}, f.lines...) {
		for _, o := range l.operands {
			if o = strings.TrimPrefix(o, "?"); strings.ContainsRune(kinds, rune(o[0])) {
				seen[o] = true
			}
		}
	}
	return seen
}

// tiles returns the names of the tiles that a form reads, in their order.
func (f form) tiles() []string {
	names := slices.Collect(maps.Keys(f.operands("xb")))
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(a[1:], b[1:]) })
	return names
}

// forms writes the code of every form, in float32.
func forms(c *build.Context) {
	laneData(c)
	p := &pool{}
	for _, f := range readForms(formsText) {
		for _, v := range numberVectors(c, p) {
			if v.size == 4 {
				v.form(f)
			}
		}
	}
	p.write(c)
}

// formOps are the operations of forms; those of the interpreter compute what they do there.
var formOps = map[string]func(v numbers) body{
	"Scale": func(v numbers) body {
		c := v.scalar("c0")
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.product(x[0], c) }
	},
	"Shift": func(v numbers) body {
		c := v.scalar("c0")
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.sum(x[0], c) }
	},
}

// formLoops are the names that the interpreter's loops have as operations.
var formLoops = map[string]string{
	"Neg": "negate", "Abs": "abs", "Square": "square", "Reciprocal": "reciprocal", "Sqrt": "squareRoot",
	"Exp": "exp", "Sigmoid": "sigmoid", "Relu": "relu", "Step": "step", "Affine": "affine",
	"Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide", "Min": "minimum", "Max": "maximum",
	"Eq": "equal", "Ne": "unequal", "Lt": "less", "Le": "lessEqual", "Gt": "greater", "Ge": "greaterEqual",
	"And": "and", "Or": "or", "Not": "not", "Select": "choose",
	"FMA": "multiplyAdd", "FMS": "multiplySubtract", "FNMA": "subtractProduct",
	"ScaledSum": "scaledSum", "SubAbove": "subtractAbove",
	"Lorentzian": "lorentzian", "InverseSquare": "inverseSquare",
}

// formOp returns an operation and how many tiles or results it reads; immediates come after them.
func formOp(op string) (setup func(v numbers) body, reads int) {
	if setup, ok := formOps[op]; ok {
		return setup, 1
	}
	for _, loops := range [][]loop{arithLoops, logicLoops, approxLoops, joinedLoops} {
		for _, l := range loops {
			if l.name == formLoops[op] {
				return l.setup, l.reads
			}
		}
	}
	panic("gen: no operation " + op)
}

// form writes the function of a form: all values of an element stay in registers.
func (v numbers) form(f form) {
	v.begin(f.name, fmt.Sprintf("func(n int, tiles *[%d]*%%[1]s, numbers *%%[1]s)", maxTiles),
		append([]string{"Computes n elements of a program of this form:", ""}, strings.Split(f.text, "\n")...)...)
	n, tiles, memory := v.arg("n"), v.arg("tiles"), v.arg("numbers")
	v.known = map[uint64]reg.VecVirtual{}
	numbers := v.formNumbers(f, memory)
	bodies, reads := make([]body, len(f.lines)), make([]int, len(f.lines))
	for k, l := range f.lines {
		setup, n := formOp(l.op)
		of := v
		for _, c := range l.operands[n:] {
			of.given = append(of.given, numbers[c])
		}
		bodies[k], reads[k] = setup(of), n
	}
	in := f.tiles()
	at := make([]reg.Register, len(in)+len(f.out))
	for i := range at {
		at[i] = v.GP64()
		v.MOVQ(operand.Mem{Base: tiles, Disp: i * 8}, at[i])
	}
	var wide []reg.Register // where numbers are, not bytes
	for i, name := range slices.Concat(in, f.out) {
		if name[0] != 'b' && name[0] != '?' {
			wide = append(wide, at[i])
		}
	}
	t := v.formBools(f, n)
	next := v.ahead(n)
	v.overVectors(n, 1, func(place func(base reg.Register) operand.Mem, m mask) {
		values := map[string]reg.VecVirtual{}
		v.prefetch(next, wide, place, m)
		for i, name := range in {
			x := v.reg()
			if values[name] = x; name[0] == 'b' {
				t.load(t.place(place(at[i])), m, x)
			} else {
				v.load(place(at[i]), m, x)
			}
		}
		for k, l := range f.lines {
			var args []reg.VecVirtual
			for _, o := range l.operands[:reads[k]] {
				if c, ok := numbers[o]; ok {
					args = append(args, v.inRegister(c))
				} else {
					args = append(args, values[o])
				}
			}
			values[l.result] = bodies[k](args...)
		}
		for j, o := range f.out {
			if to := place(at[len(in)+j]); o[0] == '?' {
				t.store(values[o[1:]], m, t.place(to))
			} else {
				v.store(values[o], m, to)
			}
		}
	})
	v.end()
}

// prefetchAhead is how many bytes ahead of a vector memory is asked for: the more streams there are, the
// less of them the processor follows by itself. In the second-level cache distances from 256 bytes on do
// equally well, beyond it 2048 bytes gain a fifth over 512.
const prefetchAhead = 2048

// ahead is where memory is asked for, as an offset that is never beyond the last element: what lies behind
// may be what another core writes, and would be taken from it.
type ahead struct{ at, last reg.Register }

// ahead begins to ask for n elements.
func (v numbers) ahead(n reg.Register) ahead {
	a := ahead{v.GP64(), v.GP64()}
	v.LEAQ(operand.Mem{Base: n, Disp: -1}, a.last)
	v.SHLQ(operand.Imm(2), a.last)
	return a
}

// prefetch asks for what comes after a whole vector.
func (v numbers) prefetch(a ahead, bases []reg.Register, place func(base reg.Register) operand.Mem, m mask) {
	if m.reg != nil {
		return
	}
	v.LEAQ(operand.Mem{Base: place(a.at).Index, Disp: prefetchAhead}, a.at)
	v.CMPQ(a.at, a.last)
	v.CMOVQGT(a.last, a.at)
	for _, base := range bases {
		v.PREFETCHT0(operand.Mem{Base: base, Index: a.at, Scale: 1})
	}
}

// formNumbers returns the numbers of a form: in registers if there are many of these, else where they
// lie in memory.
func (v numbers) formNumbers(f form, memory reg.Register) map[string]operand.Op {
	numbers := map[string]operand.Op{}
	for i := range len(f.operands("c")) {
		var c operand.Op = operand.Mem{Base: memory, Disp: i * poolStride}
		if v.wide() {
			c = v.inRegister(c)
		}
		numbers[fmt.Sprintf("c%d", i)] = c
	}
	return numbers
}

// inRegister returns a register full of a number.
func (v numbers) inRegister(c operand.Op) reg.VecVirtual {
	if memory, ok := c.(operand.Mem); ok {
		return v.read(memory)
	}
	return c.(reg.VecVirtual)
}

// formTable returns the Go file that lists the code of the forms.
func formTable() ([]byte, error) {
	var b strings.Builder
	b.WriteString("// Code generated by command: internal/kernel/gen. DO NOT EDIT.\n\npackage kernel\n\n")
	b.WriteString("// formTable lists the forms that have code.\nvar formTable = []struct {\n\ttext string\n" +
		"\tavx2, avx512 formCode[float32]\n}{\n")
	for _, f := range readForms(formsText) {
		fmt.Fprintf(&b, "{%q, %sF32AVX2, %sF32AVX512},\n", f.text, f.name, f.name)
	}
	b.WriteString("}\n")
	return format.Source([]byte(b.String()))
}
