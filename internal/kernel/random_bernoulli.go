package kernel

// BernoulliBool draws whether the number that [Uniform] draws there is less than p. p has one element
// or as many as dst; p[i] belongs to dst[i].
func BernoulliBool[T Float](dst []bool, p []T, key [2]uint32, stream uint32, lo int) {
	bernoulliBoolAt(active, dst, p, key, stream, lo)
}

func bernoulliBoolAt[T Float](l isa, dst []bool, p []T, key [2]uint32, stream uint32, lo int) {
	mustPair(len(p), len(dst))
	for single := len(p) == 1; len(dst) > 0; {
		n := 0
		if isSingle[T]() && lo%perNarrow == 0 {
			n = drawBernoulli(l, dst, elementsOf[float32](p), key, stream, uint64(lo/perNarrow))
		}
		if n == 0 {
			n = min(len(dst), drawn-lo%perNarrow)
			bernoulli(l, dst[:n], [2]bool{false, true}, p[:min(n, len(p))], key, stream, lo)
		}
		dst, lo = dst[n:], lo+n
		if !single {
			p = p[n:]
		}
	}
}

// Bernoulli draws 1 where the number that [Uniform] draws there is less than p, else 0. p has one
// element or as many as dst; p[i] belongs to dst[i].
func Bernoulli[T Float](dst, p []T, key [2]uint32, stream uint32, lo int) {
	mustPair(len(p), len(dst))
	bernoulli(active, dst, [2]T{0, 1}, p, key, stream, lo)
}

func mustPair(probabilities, n int) {
	if probabilities != 1 && probabilities != n {
		panic("kernel: Bernoulli needs one probability, or one for each draw")
	}
}

func bernoulli[D any, T Float](l isa, dst []D, outcomes [2]D, p []T, key [2]uint32, stream uint32, lo int) {
	var u [drawn]T
	d := draws{level: l}
	single := len(p) == 1
	for len(dst) > 0 {
		n := uniforms(&d, u[:min(len(dst), drawn)], key, stream, lo)
		for i, v := range u[:n] {
			at := i
			if single {
				at = 0
			}
			dst[i] = outcomes[bit(v < p[at])&1]
		}
		dst, lo = dst[n:], lo+n
		if !single {
			p = p[n:]
		}
	}
}
