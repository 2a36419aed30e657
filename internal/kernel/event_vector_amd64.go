package kernel

import "unsafe"

// vectorCodes is the assembly of an instruction set for eventCodes.
type vectorCodes[T Float] struct {
	lanes             int
	strips            []stripCode[T] // widest first, the last of one vector
	plainEdge         addRowsCode[T] // of an incomplete vector
	weightedEdge      addRowsCode[T]
	words             addWordsCode[T]   // of 8 vectors
	wordsEdge         []addWordsCode[T] // of 1, 2, … vectors, the last incomplete
	few               []addFewCode[T]   // of 1, 2, … vectors, the last incomplete
	packBits          func(words int, x *T, stride int, dst *uint64) bool
	expandBits        func(words int, bits *uint64, dst *T)
	countNonzeroWords func(words int, x *T) int
}

// stripCode adds listed rows to strips of so many vectors.
type stripCode[T Float] struct {
	vectors         int
	plain, weighted addRowsCode[T]
}

type addWordsCode[T Float] func(rows int, words *uint64, b *T, ldb int, c *T, ldc, lanes int, add bool)

type addFewCode[T Float] func(quads int, lists *uint32, stride int, ends *int, pad uint32, b, c *T, ldc, lanes int, add bool)

type addRowsCode[T Float] func(n int, rows *uint32, weights, b *T, ldb int, c *T, lanes int, add bool)

var codesAVX512F32 = vectorCodes[float32]{16, []stripCode[float32]{
	{16, addRows16F32AVX512, addWeightedRows16F32AVX512},
	{8, addRows8F32AVX512, addWeightedRows8F32AVX512},
	{4, addRows4F32AVX512, addWeightedRows4F32AVX512},
	{2, addRows2F32AVX512, addWeightedRows2F32AVX512},
	{1, addRows1F32AVX512, addWeightedRows1F32AVX512},
}, addRowsEdge1F32AVX512, addWeightedRowsEdge1F32AVX512,
	addWords8F32AVX512, []addWordsCode[float32]{
		addWordsEdge1F32AVX512, addWordsEdge2F32AVX512, addWordsEdge3F32AVX512, addWordsEdge4F32AVX512,
		addWordsEdge5F32AVX512, addWordsEdge6F32AVX512, addWordsEdge7F32AVX512, addWordsEdge8F32AVX512,
	},
	[]addFewCode[float32]{addFew1F32AVX512, addFew2F32AVX512, addFew3F32AVX512},
	packBitsF32AVX512, expandBitsF32AVX512, countNonzeroF32AVX512,
}

var codesAVX512F64 = vectorCodes[float64]{8, []stripCode[float64]{
	{16, addRows16F64AVX512, addWeightedRows16F64AVX512},
	{8, addRows8F64AVX512, addWeightedRows8F64AVX512},
	{4, addRows4F64AVX512, addWeightedRows4F64AVX512},
	{2, addRows2F64AVX512, addWeightedRows2F64AVX512},
	{1, addRows1F64AVX512, addWeightedRows1F64AVX512},
}, addRowsEdge1F64AVX512, addWeightedRowsEdge1F64AVX512,
	addWords8F64AVX512, []addWordsCode[float64]{
		addWordsEdge1F64AVX512, addWordsEdge2F64AVX512, addWordsEdge3F64AVX512, addWordsEdge4F64AVX512,
		addWordsEdge5F64AVX512, addWordsEdge6F64AVX512, addWordsEdge7F64AVX512, addWordsEdge8F64AVX512,
	},
	[]addFewCode[float64]{addFew1F64AVX512, addFew2F64AVX512, addFew3F64AVX512},
	packBitsF64AVX512, expandBitsF64AVX512, countNonzeroF64AVX512,
}

var codesAVX2F32 = vectorCodes[float32]{8, []stripCode[float32]{
	{8, addRows8F32AVX2, addWeightedRows8F32AVX2},
	{4, addRows4F32AVX2, addWeightedRows4F32AVX2},
	{2, addRows2F32AVX2, addWeightedRows2F32AVX2},
	{1, addRows1F32AVX2, addWeightedRows1F32AVX2},
}, addRowsEdge1F32AVX2, addWeightedRowsEdge1F32AVX2,
	addWords8F32AVX2, []addWordsCode[float32]{
		addWordsEdge1F32AVX2, addWordsEdge2F32AVX2, addWordsEdge3F32AVX2, addWordsEdge4F32AVX2,
		addWordsEdge5F32AVX2, addWordsEdge6F32AVX2, addWordsEdge7F32AVX2, addWordsEdge8F32AVX2,
	},
	[]addFewCode[float32]{addFew1F32AVX2, addFew2F32AVX2},
	packBitsF32AVX2, expandBitsF32AVX2, countNonzeroF32AVX2,
}

var codesAVX2F64 = vectorCodes[float64]{4, []stripCode[float64]{
	{8, addRows8F64AVX2, addWeightedRows8F64AVX2},
	{4, addRows4F64AVX2, addWeightedRows4F64AVX2},
	{2, addRows2F64AVX2, addWeightedRows2F64AVX2},
	{1, addRows1F64AVX2, addWeightedRows1F64AVX2},
}, addRowsEdge1F64AVX2, addWeightedRowsEdge1F64AVX2,
	addWords8F64AVX2, []addWordsCode[float64]{
		addWordsEdge1F64AVX2, addWordsEdge2F64AVX2, addWordsEdge3F64AVX2, addWordsEdge4F64AVX2,
		addWordsEdge5F64AVX2, addWordsEdge6F64AVX2, addWordsEdge7F64AVX2, addWordsEdge8F64AVX2,
	},
	[]addFewCode[float64]{addFew1F64AVX2, addFew2F64AVX2},
	packBitsF64AVX2, expandBitsF64AVX2, countNonzeroF64AVX2,
}

func (v *vectorCodes[T]) codes(l isa) *eventCodes[T] {
	return &eventCodes[T]{
		patternCodes: patterns[l],
		addRows:      v.addRows, addWords: v.addWords, addFew: v.addFew, fewWidth: v.fewWidth, copyRows: tilesAt[T](l).copyRows,
		packWords: v.packWords, expandWords: v.expandWords, countWords: v.countWords,
	}
}

// listedAtOnce is the number of rows that are added to a strip between two points at which the goroutine can be stopped.
const listedAtOnce = 512

// addRows is the addRows of eventCodes. The rows are trusted to lie within b.
func (v *vectorCodes[T]) addRows(rows []uint32, weights, b []T, ldb int, c []T, add bool) {
	ldb *= int(unsafe.Sizeof(c[0]))
	for {
		n, done := min(listedAtOnce, len(rows)), 0
		first, weight, j := unsafe.SliceData(rows), unsafe.SliceData(weights), 0
		for _, s := range v.strips {
			code := s.plain
			if weights != nil {
				code = s.weighted
			}
			for ; len(c)-j >= s.vectors*v.lanes; j += s.vectors * v.lanes {
				code(n, first, weight, &b[j], ldb, &c[j], 0, add)
				if done += n + 1; done > listedAtOnce {
					stopPoint()
					done = 0
				}
			}
		}
		if j < len(c) {
			code := v.plainEdge
			if weights != nil {
				code = v.weightedEdge
			}
			code(n, first, weight, &b[j], ldb, &c[j], len(c)-j, add)
		}
		if n == len(rows) {
			return
		}
		if rows, add = rows[n:], true; weights != nil {
			weights = weights[n:]
		}
	}
}

// addWords is the addWords of eventCodes. The bits are trusted to name rows that lie within b.
func (v *vectorCodes[T]) addWords(words []uint64, b []T, ldb int, c []T, ldc, n int, add bool) {
	const rowsAtOnce = 256 // between two points at which the goroutine can be stopped
	size := int(unsafe.Sizeof(T(0)))
	for len(words) > 0 {
		rows := min(rowsAtOnce, len(words))
		_ = c[(rows-1)*ldc+n-1]
		for j := 0; j < n; {
			code, columns := v.words, wordVectors*v.lanes
			if n-j < columns {
				columns = n - j
				code = v.wordsEdge[(columns-1)/v.lanes]
			}
			code(rows, &words[0], &b[j], ldb*size, &c[j], ldc*size, (columns-1)%v.lanes+1, add)
			j += columns
			stopPoint()
		}
		words = words[rows:]
		if len(words) > 0 {
			c = c[rows*ldc:]
		}
	}
}

// fewWidth is the fewWidth of eventCodes.
func (v *vectorCodes[T]) fewWidth(n int) (width int, few bool) {
	width = roundUp(n, v.lanes)
	return width, width <= len(v.few)*v.lanes
}

// addFew is the addFew of eventCodes. The lists are trusted to name rows that lie within b.
func (v *vectorCodes[T]) addFew(lists []uint32, stride int, ends []int, pad int, b []T, c []T, ldc, n int, add bool) {
	rows := len(ends)
	_, _ = lists[rows*stride-1], c[(rows-1)*ldc+n-1]
	size := int(unsafe.Sizeof(c[0]))
	v.few[(n-1)/v.lanes](rows/quad, &lists[0], stride*4, &ends[0], uint32(pad), &b[0], &c[0], ldc*size, (n-1)%v.lanes+1, add)
}

// wordVectors is the number of vectors of the widest strip of addWords.
const wordVectors = 8

func (v *vectorCodes[T]) packWords(words int, x []T, stride int, dst []uint64) (other bool) {
	_, _ = x[(words-1)*stride+wordBits-1], dst[words-1]
	return v.packBits(words, &x[0], stride*int(unsafe.Sizeof(x[0])), &dst[0])
}

func (v *vectorCodes[T]) expandWords(dst []T, src []uint64) {
	_ = dst[len(src)*wordBits-1]
	v.expandBits(len(src), &src[0], &dst[0])
}

func (v *vectorCodes[T]) countWords(words int, x []T) int {
	_ = x[words*wordBits-1]
	return v.countNonzeroWords(words, &x[0])
}
