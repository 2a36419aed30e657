package kernel

// packTruths makes words of bits of the first elements of x and returns of how many: of all with AVX-512.
func packTruths(l isa, dst []uint64, x []bool) int {
	words, rest := len(x)/wordBits, len(x)%wordBits
	if l == portable || words == 0 {
		return 0
	}
	_ = dst[roundUp(len(x), wordBits)/wordBits-1]
	for at := 0; at < words; at += wordsAtOnce {
		if at > 0 {
			stopPoint()
		}
		n := min(wordsAtOnce, words-at)
		switch {
		case l == avx2:
			packTruthsAVX2(n, &x[at*wordBits], &dst[at])
		case at+n < words:
			packTruthsAVX512(n, 0, &x[at*wordBits], &dst[at])
		default:
			packTruthsAVX512(n, rest, &x[at*wordBits], &dst[at])
		}
	}
	if l == avx2 {
		return words * wordBits
	}
	return len(x)
}

// countTruths returns how many of the first elements of x are true, and how many it looked at.
func countTruths(l isa, x []bool) (n, done int) {
	if l == portable {
		return 0, 0
	}
	pair := 2 * laneBytes
	if l == avx2 {
		pair /= 2
	}
	const atOnce = wordBits * wordsAtOnce
	for whole := len(x) / pair * pair; done < whole; {
		if done > 0 {
			stopPoint()
		}
		part := min(atOnce, whole-done)
		var sums [laneBytes / 8]uint64
		if l == avx512 {
			countTruthsAVX512(part/pair, &x[done], &sums[0])
		} else {
			countTruthsAVX2(part/pair, &x[done], &sums[0])
		}
		for _, s := range sums {
			n += int(s)
		}
		done += part
	}
	return n, done
}
