package kernel

import "math"

// JIT is a sparse random matrix that is never stored: it is drawn anew wherever it is read, line by line,
// each a function of Seed and its number alone. The first element of a line is uniform in 0..Longest-1,
// and the way from one to the next uniform in 1..Longest, until the line ends.
//
// With key Seed (low word, high word) draw t of line i is word t%4 of the Philox block {t/4, 0, i,
// domain}. A word w becomes ⌊w·Longest/2³²⌋. Values are drawn in the order of the elements, with a domain of
// their own.
type JIT struct {
	Lines, Length int
	Longest       int // at least 1
	Seed          uint64
	Law           JITLaw
	A, B          float64 // of the law
}

// JITLaw says what the elements of a JIT are.
type JITLaw uint8

// The laws.
const (
	JITOnes    JITLaw = iota // 1
	JITUniform               // uniform in [A, B)
	JITNormal                // normal of mean A and deviation B
)

// The domains of the draws, see [Philox].
const (
	placeDomain = 3
	valueDomain = 4
)

// JITLine is memory for one line of a JIT, of one goroutine.
type JITLine[T Float] struct {
	Index  []uint32 // places of the elements, ascending
	Values []T      // the elements; nil if all are 1
	words  []uint32
}

// Draw makes l line i of m.
func (l *JITLine[T]) Draw(m JIT, i int) {
	if l.words == nil { // as many at a time as a line takes on average, and some
		l.words = make([]uint32, roundUp(min(3*m.Length/(m.Longest+1)+1, drawn), perNarrow))
	}
	s := jitWords{m: m, line: uint32(i), domain: placeDomain, words: l.words, next: len(l.words)}
	l.Index = l.Index[:0]
	for at := s.below(m.Longest); at < m.Length; at += 1 + s.below(m.Longest) {
		l.Index = append(l.Index, uint32(at))
	}
	if m.Law == JITOnes {
		l.Values = nil
		return
	}
	s = jitWords{m: m, line: uint32(i), domain: valueDomain, words: l.words, next: len(l.words)}
	l.Values = l.Values[:0]
	for len(l.Values) < len(l.Index) {
		a, b := s.pair()
		l.Values = append(l.Values, T(a), T(b))
	}
	l.Values = l.Values[:len(l.Index)]
}

// jitWords is the stream of words of a line.
type jitWords struct {
	m            JIT
	line, domain uint32
	words        []uint32 // drawn at a time
	next         int      // of words
	block        uint64   // the first that is not drawn
}

// word returns the next word.
func (s *jitWords) word() uint32 {
	if s.next == len(s.words) {
		key := [2]uint32{uint32(s.m.Seed), uint32(s.m.Seed >> 32)}
		for i := drawWords(active, s.words, key, s.line, s.domain, s.block); i < len(s.words); i += perNarrow {
			at := s.block + uint64(i/perNarrow)
			b := Philox([4]uint32{uint32(at), uint32(at >> 32), s.line, s.domain}, key)
			copy(s.words[i:], b[:])
		}
		s.next, s.block = 0, s.block+uint64(len(s.words)/perNarrow)
	}
	s.next++
	return s.words[s.next-1]
}

// below maps the next word to 0..n-1.
func (s *jitWords) below(n int) int { return int(uint64(s.word()) * uint64(n) >> 32) }

// pair draws two values by the law; normal ones as Normal does.
func (s *jitWords) pair() (a, b float64) {
	const ulp = 1. / (1 << 32)
	u, v := float64(s.word()), float64(s.word())
	if s.m.Law == JITUniform {
		width := s.m.B - s.m.A
		return s.m.A + width*u*ulp, s.m.A + width*v*ulp
	}
	radius := s.m.B * math.Sqrt(-2*math.Log((u+1)*ulp))
	sin, cos := math.Sincos(2 * math.Pi * v * ulp)
	return s.m.A + radius*cos, s.m.A + radius*sin
}

// JITGather computes lines from to to of C = M·B: row i of C, [m.Lines n], is the sum of the rows of B,
// [m.Length n], that line i names, times its elements, in their order.
func JITGather[T Float](m JIT, l *JITLine[T], from, to, n int, b []T, ldb int, c []T, ldc int) {
	operand(b, ldb, false).mustHold("B", m.Length, n)
	operand(c, ldc, false).mustHold("C", m.Lines, n)
	codes := codesOf[T]()
	for i := from; i < to; i++ {
		l.Draw(m, i)
		if n == 1 && ldb == 1 {
			c[i*ldc] = gathered(l.Index, l.Values, b)
			continue
		}
		codes.addRows(l.Index, l.Values, b, ldb, c[i*ldc:][:n], false)
	}
}

// JITScatter computes C = Mᵀ·B: to the rows of C, [m.Length n], that line i names, row i of B, [m.Lines n],
// times its elements is added, line after line. Of spikes, lines are not drawn whose row of B is 0.
func JITScatter[T Float](m JIT, l *JITLine[T], spikes bool, n int, b []T, ldb int, c []T, ldc int) {
	operand(b, ldb, false).mustHold("B", m.Lines, n)
	operand(c, ldc, false).mustHold("C", m.Length, n)
	for j := range m.Length {
		Clear(c[j*ldc:][:n])
	}
	codes := codesOf[T]()
	for i := range m.Lines {
		row := b[i*ldb:][:n]
		if spikes && codes.count(row) == 0 {
			continue
		}
		l.Draw(m, i)
		for k, j := range l.Index {
			w := T(1)
			if l.Values != nil {
				w = l.Values[k]
			}
			axpy(w, row, c[int(j)*ldc:])
		}
	}
}

// axpy adds w·x to y.
func axpy[T Float](w T, x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += T(w * v)
	}
}
