package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Einsum returns a sum of products by Einstein's convention: spec names the axes of a, of b and of
// the result by letters, as "bij,bjk->bik". A letter of both operands that the result has is a
// batch, one that it has not is summed over as in a matrix product; a letter of one operand that
// the result has not is summed away; a letter twice in an operand takes the diagonal. Without "->"
// the result has the letters that occur once, in alphabetical order. a and b are floats.
func Einsum(spec string, a, b *Node) *Node {
	if !a.Valid() || !b.Valid() {
		return matMul(a, b, false, false)
	}
	e, err := parseEinsum(spec)
	if err == nil {
		err = e.check(a.typ, b.typ)
	}
	if err != nil {
		return a.g.Fail(fmt.Errorf("Einsum(%q, %v, %v): %w", spec, a.typ, b.typ, err))
	}
	return e.apply(a, b)
}

// einsum is a parsed specification: letters of the operands and of the result.
type einsum struct{ a, b, out string }

func parseEinsum(spec string) (e einsum, err error) {
	in, out, explicit := strings.Cut(strings.ReplaceAll(spec, " ", ""), "->")
	a, b, two := strings.Cut(in, ",")
	if !two || strings.Contains(b, ",") {
		return e, fmt.Errorf("%w: want two operands, as in \"ij,jk->ik\"", ErrValue)
	}
	for _, r := range a + b + out {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return e, fmt.Errorf("%w: %q names no axis, want letters", ErrValue, r)
		}
	}
	if !explicit {
		out = onceIn(a + b)
	}
	for i, r := range out {
		if strings.ContainsRune(out[:i], r) {
			return e, fmt.Errorf("%w: the result has axis %q twice", ErrValue, r)
		}
		if !strings.ContainsRune(a+b, r) {
			return e, fmt.Errorf("%w: no operand has axis %q of the result", ErrValue, r)
		}
	}
	return einsum{a, b, out}, nil
}

// onceIn returns the letters that occur once in s, in order.
func onceIn(s string) string {
	letters := slices.Sorted(slices.Values([]rune(s)))
	return string(slices.DeleteFunc(letters, func(r rune) bool { return strings.Count(s, string(r)) > 1 }))
}

// check reports why the operands do not fit the letters.
func (e einsum) check(a, b Type) error {
	if a.DType != b.DType || !a.DType.IsFloat() {
		return fmt.Errorf("%w: %v and %v, want the same float type; Cast one of them", ErrDType, a.DType, b.DType)
	}
	extent := map[byte]int{}
	for _, x := range []struct {
		letters string
		shape   Shape
	}{{e.a, a.Shape}, {e.b, b.Shape}} {
		if len(x.letters) != len(x.shape) {
			return fmt.Errorf("%w: %q names %d axes, %v has %d", ErrShape, x.letters, len(x.letters), x.shape, len(x.shape))
		}
		for i, d := range x.shape {
			have, seen := extent[x.letters[i]]
			if seen && have != d {
				return fmt.Errorf("%w: axis %q is %d and %d", ErrShape, x.letters[i], have, d)
			}
			extent[x.letters[i]] = d
		}
	}
	return nil
}

// apply brings both operands in the form of a batched matrix product, and its result in that of out.
func (e einsum) apply(a, b *Node) *Node {
	a, e.a = reduceTo(a, e.a, e.b+e.out)
	b, e.b = reduceTo(b, e.b, e.a+e.out)
	both := func(r rune) bool { return strings.ContainsRune(e.a, r) && strings.ContainsRune(e.b, r) }
	batch := keepLetters(e.out, both)
	inner := keepLetters(e.a, func(r rune) bool { return both(r) && !strings.ContainsRune(e.out, r) })
	rows := keepLetters(e.a, func(r rune) bool { return !both(r) })
	cols := keepLetters(e.b, func(r rune) bool { return !both(r) })
	left, right := arrange(a, e.a, batch+rows+inner), arrange(b, e.b, batch+inner+cols)
	nb, nr, ni := len(batch), len(rows), len(inner)
	shape := slices.Concat(left.Shape()[:nb+nr], right.Shape()[nb+ni:])
	y := matMul(left.matrix(nb, nr), right.matrix(nb, ni), false, false)
	if !y.Valid() {
		return y
	}
	return arrange(y.Reshape(shape...), batch+rows+cols, e.out)
}

// reduceTo takes the diagonal of letters that x has twice, and sums over letters that only x has.
func reduceTo(x *Node, letters, others string) (*Node, string) {
	for i := 0; i < len(letters); i++ {
		if j := strings.LastIndexByte(letters, letters[i]); j > i {
			rest := letters[:i] + letters[i+1:j] + letters[j+1:]
			x, letters = pairLast(x, i, j).Diagonal(), rest+letters[i:i+1]
			i = -1 // begin again
		}
	}
	var sum []int
	for i, r := range letters {
		if !strings.ContainsRune(others, r) {
			sum = append(sum, i)
		}
	}
	if len(sum) > 0 {
		x = x.Sum(sum...)
	}
	return x, keepLetters(letters, func(r rune) bool { return strings.ContainsRune(others, r) })
}

// pairLast moves axes i and j to the end.
func pairLast(x *Node, i, j int) *Node {
	var perm []int
	for k := range x.Rank() {
		if k != i && k != j {
			perm = append(perm, k)
		}
	}
	return x.Transpose(append(perm, i, j)...)
}

func keepLetters(s string, keep func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if keep(r) {
			return r
		}
		return -1
	}, s)
}

// arrange orders the axes of x, named by letters, as in to.
func arrange(x *Node, letters, to string) *Node {
	if letters == to {
		return x
	}
	perm := make([]int, len(to))
	for i := range to {
		perm[i] = strings.IndexByte(letters, to[i])
	}
	return x.Transpose(perm...)
}

// matrix joins the first nb axes of x, the next nr, and the rest: a matrix if nb is 0, else a batch.
func (x *Node) matrix(nb, nr int) *Node {
	if !x.Valid() {
		return x
	}
	s := x.typ.Shape
	shape := []int{s[nb : nb+nr].Size(), s[nb+nr:].Size()}
	if nb > 0 {
		shape = append([]int{s[:nb].Size()}, shape...)
	}
	return x.Reshape(shape...)
}
