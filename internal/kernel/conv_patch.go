package kernel

// cell is a place in y: an image, and a position in it.
type cell struct {
	image int
	o     [3]int
}

// cell returns the i-th cell of y.
func (c *Conv[T]) cell(i int) cell {
	p := cell{image: i / c.grid}
	i %= c.grid
	p.o[2] = i % c.Y[2]
	i /= c.Y[2]
	p.o[1], p.o[0] = i%c.Y[1], i/c.Y[1]
	return p
}

// next moves p on by one cell.
func (c *Conv[T]) next(p *cell) {
	for a := 2; a >= 0; a-- {
		if p.o[a]++; p.o[a] < c.Y[a] {
			return
		}
		p.o[a] = 0
	}
	p.image++
}

// gather writes the patches that n cells from the i-th on see in the channels of a group, row by row:
// [n taps in].
func (c *Conv[T]) gather(patches, x []T, group, i, n int) {
	p := c.cell(i)
	for range n {
		c.patch(patches[:c.k], x, group, &p, false)
		patches = patches[c.k:]
		c.next(&p)
	}
}

// scatter adds patches, as gather writes them, to the elements of x they belong to.
func (c *Conv[T]) scatter(patches, x []T, group, i, n int) {
	p := c.cell(i)
	for range n {
		c.patch(patches[:c.k], x, group, &p, true)
		patches = patches[c.k:]
		c.next(&p)
	}
}

// patch copies from x to the patch of one cell, or, if back is set, adds the patch to x.
func (c *Conv[T]) patch(patch, x []T, group int, p *cell, back bool) {
	line := c.X[2] * c.In
	image := x[p.image*c.X[0]*c.X[1]*line:][:c.X[0]*c.X[1]*line]
	size := c.W[2] * c.in
	for _, i := range c.at[0][p.o[0]*c.W[0]:][:c.W[0]] {
		for _, j := range c.at[1][p.o[1]*c.W[1]:][:c.W[1]] {
			taps := patch[:size]
			patch = patch[size:]
			switch {
			case i >= 0 && j >= 0 && c.runs != nil:
				c.run(taps, image[(i*c.X[1]+j)*line:][:line], c.runs[p.o[2]], back)
			case i >= 0 && j >= 0:
				c.separate(taps, image[(i*c.X[1]+j)*line:][:line], group, p.o[2], back)
			case !back:
				clear(taps)
			}
		}
	}
}

// run moves a line of taps that lie side by side in a line of x.
func (c *Conv[T]) run(taps, line []T, r run, back bool) {
	mid := taps[r.lo*c.in : r.hi*c.in]
	seen := line[r.at*c.in:][:len(mid)]
	if back {
		addTo(seen, mid)
		return
	}
	clear(taps[:r.lo*c.in])
	move(mid, seen)
	clear(taps[r.hi*c.in:])
}

// separate moves a line of taps one by one.
func (c *Conv[T]) separate(taps, line []T, group, o int, back bool) {
	for t, i := range c.at[2][o*c.W[2]:][:c.W[2]] {
		tap := taps[t*c.in:][:c.in]
		switch {
		case i >= 0 && back:
			addTo(line[i*c.In+group*c.in:][:c.in], tap)
		case i >= 0:
			move(tap, line[i*c.In+group*c.in:])
		case !back:
			clear(tap)
		}
	}
}

// short is how many elements are handled faster in line than by a call.
const short = 12

// move copies as many elements as dst has.
func move[T Float](dst, src []T) {
	if len(dst) > short {
		copy(dst, src)
		return
	}
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = src[i]
	}
}

// addTo adds src to dst, of the same length.
func addTo[T Float](dst, src []T) {
	if len(dst) > short {
		loopsAt[T](active).ops[OpAdd](dst, dst, src, src, 0, 0)
		return
	}
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += src[i]
	}
}
