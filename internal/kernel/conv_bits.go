package kernel

// run is the taps along the last axis from lo to hi, and the place of the first of them in x, that one
// cell sees side by side; hi-lo is 0 where it sees none.
type run struct{ lo, hi, at int }

// runsOf lists for each cell along the last axis the runs of taps that it sees.
func (c *Conv[T]) runsOf() [][]run {
	joined := c.WDilation[2] == 1 && c.XDilation[2] == 1 && c.Groups == 1
	runs := make([][]run, c.Y[2])
	for o := range runs {
		for t, i := range c.at[2][o*c.W[2]:][:c.W[2]] {
			last := len(runs[o]) - 1
			switch {
			case i < 0:
			case joined && last >= 0:
				runs[o][last].hi = t + 1
			default:
				runs[o] = append(runs[o], run{t, t + 1, i})
			}
		}
	}
	return runs
}

// Shares of ones below which adding rows of the other factor beats multiplying, and the least columns
// for which it does.
const (
	sparseConv    = 0.3
	columnsOfRows = 24
)

// addsRows reports whether it looks for ones at all.
func (c *Conv[T]) addsRows() bool { return c.Sparse && c.out >= columnsOfRows }

// pack decides whether x is binary and its ones are few, and then packs it as bits.
func (c *Conv[T]) pack() {
	c.few = false
	if !c.addsRows() {
		return
	}
	words := roundUp(len(c.x), wordBits)/wordBits + 1 // the last is 0: see orBits
	c.bits = resized(c.bits, words)
	c.bits[words-1] = 0
	c.few = PackBits(c.bits[:words-1], c.x) && float64(CountBits(c.bits)) < sparseConv*float64(len(c.x))
	if !c.few {
		return
	}
	if c.runs == nil {
		c.runs = c.runsOf()
	}
	for len(c.rows) < c.pool.workers {
		c.rows = append(c.rows, make([]uint64, bitsBlock*c.words()))
	}
}

// bitsBlock is how many cells of y have their patches gathered at a time as bits. Lists of ones are
// long enough then.
const bitsBlock = 1024

// step returns how many cells are gathered at a time.
func (c *Conv[T]) step() int {
	if c.few {
		return bitsBlock
	}
	return c.block
}

// words returns how many words the bits of a patch take.
func (c *Conv[T]) words() int { return roundUp(c.k, wordBits) / wordBits }

// gatherBits writes the patches that n cells from the i-th on see in the channels of a group as bits,
// row by row, words apart.
func (c *Conv[T]) gatherBits(rows []uint64, group, i, n int) {
	ld := c.words()
	clear(rows[:n*ld])
	c.spans(i, n, func(s span, at int) {
		c.lines(s, func(tap, line int) {
			if line < 0 {
				return
			}
			for o := s.lo; o < s.hi; o++ {
				to := (at+o-s.lo)*ld*wordBits + tap*c.in
				for _, r := range c.runs[o] {
					orBits(rows, to+r.lo*c.in, c.bits, line+r.at*c.In+group*c.in, (r.hi-r.lo)*c.in)
				}
			}
		})
	})
}

// orBits sets in dst, from bit d on, the n bits of src from bit s on that are set. src has a word behind
// the last that is read.
func orBits(dst []uint64, d int, src []uint64, s, n int) {
	for n > 0 {
		w := src[s/wordBits]>>(s%wordBits) | src[s/wordBits+1]<<(wordBits-s%wordBits)
		if n < wordBits {
			w &= 1<<n - 1
		}
		if w != 0 {
			dst[d/wordBits] |= w << (d % wordBits)
			if over := w >> (wordBits - d%wordBits); over != 0 {
				dst[d/wordBits+1] |= over
			}
		}
		d, s, n = d+wordBits, s+wordBits, n-wordBits
	}
}
