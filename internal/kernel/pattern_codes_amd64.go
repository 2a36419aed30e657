package kernel

import "golang.org/x/sys/cpu"

// patternsAVX512 returns the functions of AVX-512; lists need an extension of it, which processors before
// Ice Lake lack.
func patternsAVX512() *patternCodes {
	c := &patternCodes{transposeVector, listWordsGo, listApartGo}
	if cpu.X86.HasAVX512VBMI2 {
		c.list, c.listApart = listVector, listApartVector
	}
	return c
}

func transposeVector(squares int, src, dst []uint64, ldd, n int) {
	if n < wordBits {
		transposeBitsGo(squares, src, dst, ldd, n)
		return
	}
	_, _ = src[squares*wordBits-1], dst[(squares-1)*ldd+n-1]
	for at := 0; at < squares; at += wordsAtOnce {
		transposeBitsAVX512(min(wordsAtOnce, squares-at), &src[at*wordBits], &dst[at*ldd], ldd*wordBits/8)
	}
}

// listVector has room for all ones there can be, and listSpoilt elements more.
func listVector(words int, x []uint64, ldx int, dst []uint32, n int, ends []int) {
	_ = x[(words-1)*ldx+len(ends)-1]
	for at := 0; at < len(ends); at += wordsAtOnce {
		rows := min(wordsAtOnce, len(ends)-at)
		listWordsAVX512(rows, words, &x[at], ldx*wordBits/8, &dst[0], n, &ends[at])
		n = ends[at+rows-1]
	}
}

// listApartVector has room for all ones there can be in a row, and listSpoilt elements more, between lists.
func listApartVector(words int, x []uint64, ldx int, dst []uint32, stride int, ends []int) {
	_ = x[(words-1)*ldx+len(ends)-1]
	for at := 0; at < len(ends); at += wordsAtOnce {
		rows := min(wordsAtOnce, len(ends)-at)
		listApartAVX512(rows, words, &x[at], ldx*wordBits/8, &dst[at*stride], stride*4, &ends[at])
	}
}
