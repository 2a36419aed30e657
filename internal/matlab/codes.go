package matlab

import "github.com/spikegraph/spikegraph/internal/ndarray"

// Types of data elements, of table 1-1, that are no numbers.
const (
	miUint32     = 6
	miInt32      = 5
	miInt8       = 1
	miMatrix     = 14
	miCompressed = 15
	miUTF8       = 16
	miUTF16      = 17
	miUTF32      = 18
)

// number is how numbers of a type stand in a file.
type number struct {
	code int
	kind ndarray.Kind
	size int
}

// stored are the types of data elements that are numbers, of table 1-1.
var stored = []number{
	{1, ndarray.Int, 1}, {2, ndarray.Uint, 1}, {3, ndarray.Int, 2}, {4, ndarray.Uint, 2}, {5, ndarray.Int, 4}, {6, ndarray.Uint, 4},
	{7, ndarray.Float, 4}, {9, ndarray.Float, 8}, {12, ndarray.Int, 8}, {13, ndarray.Uint, 8},
}

// charClass is the class of arrays of characters.
const charClass = 4

// classes are the classes of arrays that are numbers, of table 1-3.
var classes = []number{
	{6, ndarray.Float, 8}, {7, ndarray.Float, 4}, {8, ndarray.Int, 1}, {9, ndarray.Uint, 1}, {10, ndarray.Int, 2}, {11, ndarray.Uint, 2},
	{12, ndarray.Int, 4}, {13, ndarray.Uint, 4}, {14, ndarray.Int, 8}, {15, ndarray.Uint, 8},
}

// others are the classes that are refused.
var others = map[int]string{1: "a cell array", 2: "a structure", 3: "an object", 5: "a sparse array", 16: "a function", 17: "an object"}

// Flags of an array, beside its class.
const (
	isLogical = 0x0200
	isComplex = 0x0800
)

// coded returns the row with a code, nil if there is none.
func coded(rows []number, code int) *number {
	for i := range rows {
		if rows[i].code == code {
			return &rows[i]
		}
	}
	return nil
}

// ofKind returns the code of a kind and size.
func ofKind(rows []number, k ndarray.Kind, size int) (code int, ok bool) {
	for _, r := range rows {
		if r.kind == k && r.size == size {
			return r.code, true
		}
	}
	return 0, false
}
