package opsamples

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Einsums are specifications with the shapes of their operands.
var Einsums = []struct {
	Spec string
	A, B []int
}{
	{"ij,jk->ik", []int{2, 3}, []int{3, 4}},
	{"ij,jk", []int{2, 3}, []int{3, 4}},
	{"ij,kj->ki", []int{2, 3}, []int{4, 3}},
	{"bij,bjk->bik", []int{2, 3, 4}, []int{2, 4, 2}},
	{"bij,jbk->kbi", []int{2, 3, 4}, []int{4, 2, 5}},
	{"i,j->ij", []int{3}, []int{4}},
	{"i,i->", []int{5}, []int{5}},
	{"i,i->i", []int{5}, []int{5}},
	{"ii,ij->j", []int{3, 3}, []int{3, 2}},
	{"iji,k->jk", []int{3, 2, 3}, []int{2}},
	{"iii,i->i", []int{2, 2, 2}, []int{2}},
	{"ijk,k->i", []int{2, 3, 4}, []int{4}},
	{"abcd,cdef->abef", []int{2, 1, 3, 2}, []int{3, 2, 2, 3}},
	{"ij,->ji", []int{2, 3}, []int{}},
}

func products() []Sample {
	mul := two(node.MatMul)
	ss := []Sample{}
	for _, sh := range [][2][]int{
		{{3, 4}, {4, 2}}, {{4}, {4, 2}}, {{3, 4}, {4}}, {{5}, {5}}, {{2, 3, 4}, {4, 5}}, {{2, 3, 4}, {2, 4, 5}},
		{{2, 1, 3, 4}, {5, 4, 2}}, {{2, 3, 4}, {4}}, {{4}, {2, 4, 3}}, {{17, 19}, {19, 35}}, {{1, 4}, {4, 1}},
	} {
		ss = append(ss, smooth(fmt.Sprintf("MatMul/%v %v", sh[0], sh[1]), "MatMul", mul, f64(-3, 3, sh[0]...), f64(-3, 3, sh[1]...)))
	}
	ss = append(ss, smooth("MatMul/empty inner", "MatMul", two(func(a, b node) node {
		return a.Narrow(1, 0, 0).MatMul(b.Narrow(0, 0, 0))
	}), f64(-3, 3, 3, 4), f64(-3, 3, 4, 2)))
	for _, e := range Einsums {
		ss = append(ss, smooth("Einsum/"+e.Spec, "MatMul", two(func(a, b node) node { return graph.Einsum(e.Spec, a, b) }),
			f64(-3, 3, e.A...), f64(-3, 3, e.B...)))
	}
	// Weight on the diagonal keeps the matrices far from singular ones.
	solve := two(func(a, b node) node { return heavy(a, 4).Solve(b) })
	chol := one(func(x node) node { return heavy(x, 6).Cholesky() })
	root := one(func(x node) node { return heavy(x, 6).SymmetricRoot() })
	lyapunov := two(func(r, c node) node { return heavy(r, 6).Lyapunov(c) })
	return append(ss,
		smooth("SymmetricRoot/[3 3]", "SymmetricRoot", root, f64(-1, 1, 3, 3)),
		smooth("SymmetricRoot/[2 4 4]", "SymmetricRoot", root, f64(-1, 1, 2, 4, 4)),
		smooth("Lyapunov/[3 3]", "Lyapunov", lyapunov, f64(-1, 1, 3, 3), f64(-3, 3, 3, 3)),
		smooth("Lyapunov/[2 2 2]", "Lyapunov", lyapunov, f64(-1, 1, 2, 2, 2), f64(-3, 3, 2, 2, 2)),
		smooth("Solve/[3 3] [3 2]", "Solve", solve, f64(-1, 1, 3, 3), f64(-3, 3, 3, 2)),
		smooth("Solve/[3 3] [3]", "Solve", solve, f64(-1, 1, 3, 3), f64(-3, 3, 3)),
		smooth("Solve/[2 3 3] [3 2]", "Solve", solve, f64(-1, 1, 2, 3, 3), f64(-3, 3, 3, 2)),
		smooth("Solve/[3 3] [2 3 1]", "Solve", solve, f64(-1, 1, 3, 3), f64(-3, 3, 2, 3, 1)),
		smooth("Cholesky/[3 3]", "Cholesky", chol, f64(-1, 1, 3, 3)),
		smooth("Cholesky/[2 4 4]", "Cholesky", chol, f64(-1, 1, 2, 4, 4)),
	)
}

// heavy returns x + w·I.
func heavy(x node, w float64) node {
	return x.Add(x.Like(w).Diagonal().DiagonalMatrix())
}
