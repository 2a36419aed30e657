package kernel

const (
	syrkRows   = 144 // rows of C that a worker takes at a time; a multiple of every nr
	syrkStep   = 384 // products summed before the sum goes to C, at most
	syrkPanels = 4   // panels that a worker packs at a time
)

// SymmetricGemm computes the upper triangle of C = A'·B + beta·C, which is to be symmetric, for A and B [k n]
// and C [n n], all row-major. With beta 0, C is written and never read. What is below the diagonal may be
// written too. C must not overlap A or B. The workers of the pool share the rows of C, and the result has the
// same bits for any number of them.
//
// Both factors are packed once for so many products, in panels, of which the tiles read the rows of A too.
func SymmetricGemm[T Float](p *Pool, n, k int, a, b []T, ld int, beta T, c []T, ldc int) {
	symmetricAt(active, p, n, k, a, b, ld, beta, c, ldc)
}

func symmetricAt[T Float](l isa, p *Pool, n, k int, a, b []T, ld int, beta T, c []T, ldc int) {
	operand(a, ld, false).mustHold("A", k, n)
	operand(b, ld, false).mustHold("B", k, n)
	operand(c, ldc, false).mustHold("C", n, n)
	if k == 0 || beta != 0 {
		scaleUpper(n, beta, c, ldc)
	}
	s := symmetricOf[T](p)
	s.tiles, s.lent = tilesAt[T](l), p.lent
	s.n, s.a, s.b, s.c, s.ldc = n, operand(a, ld, false), operand(b, ld, false), c, ldc
	s.same = k == 0 || n == 0 || &a[0] == &b[0]
	blocks := max(1, roundUp(k, syrkStep)/syrkStep)
	step := (k + blocks - 1) / blocks
	for k0 := 0; k0 < k; k0 += step {
		s.k0, s.kb, s.add = k0, min(step, k-k0), k0 > 0 || beta != 0
		s.reserve()
		p.Do(roundUp(n, s.packedColumns())/s.packedColumns(), symmetricPacking[T]{s})
		p.Do(roundUp(n, syrkRows)/syrkRows, s)
	}
	s.a, s.b, s.c = matrix[T]{}, matrix[T]{}, nil // holds no one's memory
}

// scaleUpper computes C = beta·C on and above the diagonal; with beta 0 it does not read C.
func scaleUpper[T Float](n int, beta T, c []T, ldc int) {
	for i := range n {
		scaleRows(1, n-i, beta, c[i*ldc+i:], ldc)
	}
}

// symmetric is the Task of a symmetric product: its parts are rows of C, from the longest to the shortest.
type symmetric[T Float] struct {
	tiles  *tiles[T]
	lent   []Workspace
	n, ldc int
	a, b   matrix[T]
	c      []T
	same   bool // whether A and B are one matrix

	k0, kb           int // the products that are summed up now
	add              bool
	panelsA, panelsB []T // of one memory where A and B are one matrix
	other            []T // memory for the panels of another A
}

func symmetricOf[T Float](p *Pool) *symmetric[T] {
	return choose[symmetric[T]](T(0), &p.symmetric32, &p.symmetric64)
}

// inPanels reports whether tiles read rows of A from panels.
func (s *symmetric[T]) inPanels() bool { return s.tiles.nr%s.tiles.mr == 0 }

// reserve makes room for the panels.
func (s *symmetric[T]) reserve() {
	size := roundUp(s.n, s.tiles.nr)*s.kb + slack
	s.panelsB = grow(s.panelsB, size)
	switch {
	case !s.inPanels():
	case s.same:
		s.panelsA = s.panelsB
	default:
		s.other = grow(s.other, size)
		s.panelsA = s.other
	}
}

// packedColumns is the number of columns that are packed at a time.
func (s *symmetric[T]) packedColumns() int { return syrkPanels * s.tiles.nr }

// symmetricPacking is the Task of packing; its parts are columns.
type symmetricPacking[T Float] struct{ *symmetric[T] }

// Part packs some columns.
func (s symmetricPacking[T]) Part(_, i int) {
	j := i * s.packedColumns()
	cols := min(s.packedColumns(), s.n-j)
	s.tiles.packB(s.panelsB[j*s.kb:], s.b.from(s.k0, j), s.kb, cols)
	if !s.same && s.inPanels() {
		s.tiles.packB(s.panelsA[j*s.kb:], s.a.from(s.k0, j), s.kb, cols)
	}
}

// Part computes some rows of C, panel by panel from the diagonal on.
func (s *symmetric[T]) Part(worker, i int) {
	r0, t := i*syrkRows, s.tiles
	m := min(syrkRows, s.n-r0)
	var packed rowTiles[T]
	group := t.nr // rows of A that lie in one panel
	if !s.inPanels() {
		packed, group = t.gather(buffersOf[T](&s.lent[worker]), s.a.from(s.k0, r0), m, s.kb), m
	}
	for j := r0; j < s.n; j += t.nr {
		cols := min(t.nr, s.n-j)
		to := min(m, j+cols-r0) // the rows behind it are below the diagonal
		for g := 0; g < to; g += group {
			rows := packed
			if s.inPanels() {
				rows = rowTiles[T]{matrix[T]{s.panelsA[(r0+g)*s.kb:], 1, t.nr}, 1}
			}
			t.column(rows, s.panelsB[j*s.kb:], t.nr, min(group, to-g), cols, s.kb, s.c[(r0+g)*s.ldc+j:], s.ldc, s.add)
		}
	}
}
