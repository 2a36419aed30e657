package kernel

// A span is a stretch of a line of cells of y, from cell lo to hi, of one image.
type span struct {
	image, a, b int // the image, and the place of the line in it
	lo, hi      int
}

// spans calls f for the stretches that n cells of y from the i-th on consist of, with the number of
// the first cell among the n.
func (c *Conv[T]) spans(i, n int, f func(s span, at int)) {
	for at := 0; at < n; {
		cell := i + at
		line := cell / c.Y[2]
		s := span{image: line / (c.Y[0] * c.Y[1]), a: line / c.Y[1] % c.Y[0], b: line % c.Y[1], lo: cell % c.Y[2]}
		s.hi = min(c.Y[2], s.lo+n-at)
		f(s, at)
		at += s.hi - s.lo
	}
}

// piece is some neighbouring taps along the last axis that, for cells from lo to hi, all see elements
// of x side by side, the first of them at place at for cell lo.
type piece struct{ tap, taps, lo, hi, at int }

// pieces divides the taps along the last axis into as few pieces as there can be.
func (c *Conv[T]) pieces() []piece {
	if c.XDilation[2] > 1 {
		return nil
	}
	width := 1
	if c.WDilation[2] == 1 && c.Groups == 1 {
		width = c.W[2]
	}
	var ps []piece
	for t := 0; t < c.W[2]; t += width {
		p := piece{tap: t, taps: width}
		sees := func(o int) bool { return c.place(2, o, t) >= 0 && c.place(2, o, t+width-1) >= 0 }
		for p.lo < c.Y[2] && !sees(p.lo) {
			p.lo++
		}
		for p.hi = p.lo; p.hi < c.Y[2] && sees(p.hi); p.hi++ {
		}
		if p.lo < p.hi {
			p.at = c.place(2, p.lo, t)
			ps = append(ps, p)
		}
	}
	return ps
}

// gather writes the patches that n cells from the i-th on see in the channels of a group, row by row:
// [n taps in], rows ld apart.
func (c *Conv[T]) gather(patches, x []T, group, i, n int) {
	c.spans(i, n, func(s span, at int) {
		c.lines(s, func(tap int, line int) {
			dst := patches[at*c.ld+tap*c.in:]
			if line < 0 {
				clearRows(s.hi-s.lo, c.W[2]*c.in, dst, c.ld)
				return
			}
			c.gatherLine(dst, x[line:line+c.X[2]*c.In], group, s)
		})
	})
}

// scatter adds patches, as gather writes them, to the elements of x they belong to.
func (c *Conv[T]) scatter(patches, x []T, group, i, n int) {
	c.spans(i, n, func(s span, at int) {
		c.lines(s, func(tap int, line int) {
			if line >= 0 {
				c.scatterLine(patches[at*c.ld+tap*c.in:], x[line:line+c.X[2]*c.In], group, s)
			}
		})
	})
}

// lines calls f for each line of taps that the cells of a span have: with its first tap, and where the
// line of x that it sees begins, -1 if there is none.
func (c *Conv[T]) lines(s span, f func(tap, line int)) {
	for t, i := range c.at[0][s.a*c.W[0]:][:c.W[0]] {
		for u, j := range c.at[1][s.b*c.W[1]:][:c.W[1]] {
			line := -1
			if i >= 0 && j >= 0 {
				line = ((s.image*c.X[0]+i)*c.X[1] + j) * c.X[2] * c.In
			}
			f((t*c.W[1]+u)*c.W[2], line)
		}
	}
}

// divideLine calls whole for the pieces of a line of taps and the cells of a span, from lo to hi, that see
// them whole, with the place of the first element they see; and rest for the other taps, from t0 to t1,
// and cells.
func (c *Conv[T]) divideLine(group int, s span, whole func(p piece, lo, hi, from int), rest func(t0, t1, lo, hi int)) {
	done := 0 // taps
	for _, p := range c.whole {
		lo := min(max(p.lo, s.lo), s.hi)
		hi := min(max(p.hi, lo), s.hi)
		if done < p.tap {
			rest(done, p.tap, s.lo, s.hi)
		}
		done = p.tap + p.taps
		if s.lo < lo {
			rest(p.tap, done, s.lo, lo)
		}
		if lo < hi {
			whole(p, lo, hi, (p.at+(lo-p.lo)*c.Stride[2])*c.In+group*c.in)
		}
		if hi < s.hi {
			rest(p.tap, done, hi, s.hi)
		}
	}
	if done < c.W[2] {
		rest(done, c.W[2], s.lo, s.hi)
	}
}

// gatherLine writes what one line of taps sees in a line of x: whole pieces at once, and what sees
// padding tap by tap. What it spoils behind a piece it writes later.
func (c *Conv[T]) gatherLine(dst, line []T, group int, s span) {
	c.divideLine(group, s, func(p piece, lo, hi, from int) {
		copyMatrix(hi-lo, p.taps*c.in, line[from:], c.Stride[2]*c.In, dst[(lo-s.lo)*c.ld+p.tap*c.in:], c.ld)
	}, func(t0, t1, lo, hi int) { c.tapwise(dst, line, group, s, t0, t1, lo, hi) })
}

// tapwise writes what taps from t0 to t1 see for cells from lo to hi of a span.
func (c *Conv[T]) tapwise(dst, line []T, group int, s span, t0, t1, lo, hi int) {
	for o := lo; o < hi; o++ {
		for t := t0; t < t1; t++ {
			tap := dst[(o-s.lo)*c.ld+t*c.in:][:c.in]
			if i := c.at[2][o*c.W[2]+t]; i >= 0 {
				copy(tap, line[i*c.In+group*c.in:])
			} else {
				clear(tap)
			}
		}
	}
}

// scatterLine adds a line of taps to the line of x that it sees.
func (c *Conv[T]) scatterLine(src, line []T, group int, s span) {
	c.divideLine(group, s, func(p piece, lo, hi, from int) {
		n := p.taps * c.in
		for o := lo; o < hi; o++ {
			addTo(line[from:from+n], src[(o-s.lo)*c.ld+p.tap*c.in:])
			from += c.Stride[2] * c.In
		}
	}, func(t0, t1, lo, hi int) {
		for o := lo; o < hi; o++ {
			for t := t0; t < t1; t++ {
				if i := c.at[2][o*c.W[2]+t]; i >= 0 {
					addTo(line[i*c.In+group*c.in:][:c.in], src[(o-s.lo)*c.ld+t*c.in:])
				}
			}
		}
	})
}

// copyMatrix copies rows, which may be spoiled behind as far as slack.
func copyMatrix[T Float](rows, cols int, src []T, lds int, dst []T, ldd int) {
	t := tilesOf[T]()
	for j := 0; j < cols; j += t.nr {
		t.copyRows(rows, min(t.nr, cols-j), src[j:], lds, dst[j:], ldd)
	}
}

func clearRows[T Float](rows, cols int, dst []T, ldd int) {
	for i := range rows {
		clear(dst[i*ldd:][:cols])
	}
}

// short is how many elements are handled faster in line than by a call.
const short = 8

// addTo adds as many elements of src to dst as that has.
func addTo[T Float](dst, src []T) {
	src = src[:len(dst)]
	if len(dst) > short {
		loopsAt[T](active).ops[OpAdd](dst, dst, src, src, 0, 0)
		return
	}
	for i := range dst {
		dst[i] += src[i]
	}
}
