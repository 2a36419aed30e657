package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// A Pattern says which elements a sparse matrix M [rows cols] has. It keeps them by row and by column,
// 12 bytes an element, never changes, and may be shared by graphs and goroutines.
type Pattern struct {
	rows, cols int
	byRow      kernel.Lists
	byCol      kernel.Lists
	order      []int32 // number, by row, of each element by column
}

// NewPattern returns the pattern of a matrix with so many rows and columns by compressed sparse rows:
// row i has elements in the columns col[start[i]:start[i+1]]. Elements are numbered as col is; a place
// that is named twice has two, which add. The slices are copied. An error wraps ErrShape or ErrValue.
func NewPattern(rows, cols int, start, col []int32) (*Pattern, error) {
	if rows < 1 || cols < 1 || len(start) != rows+1 {
		return nil, fmt.Errorf("graph: Pattern: %w: %d rows, %d columns, %d starts, want at least 1 of each and a start more than rows",
			ErrShape, rows, cols, len(start))
	}
	if start[0] != 0 || int(start[rows]) != len(col) || !slices.IsSorted(start) {
		return nil, fmt.Errorf("graph: Pattern: %w: the starts do not ascend from 0 to %d", ErrValue, len(col))
	}
	p := &Pattern{rows: rows, cols: cols}
	p.byRow = kernel.Lists{Start: slices.Clone(start), Index: make([]uint32, len(col))}
	for k, j := range col {
		if j < 0 || int(j) >= cols {
			return nil, fmt.Errorf("graph: Pattern: %w: element %d is in column %d, outside [0, %d)", ErrValue, k, j, cols)
		}
		p.byRow.Index[k] = uint32(j)
	}
	p.transpose()
	return p, nil
}

// transpose lists the elements by column.
func (p *Pattern) transpose() {
	p.byCol = kernel.Lists{Start: make([]int32, p.cols+1), Index: make([]uint32, p.Len())}
	p.order = make([]int32, p.Len())
	for _, j := range p.byRow.Index {
		p.byCol.Start[j+1]++
	}
	for j := range p.cols {
		p.byCol.Start[j+1] += p.byCol.Start[j]
	}
	next := slices.Clone(p.byCol.Start)
	for i := range p.rows {
		for k := p.byRow.Start[i]; k < p.byRow.Start[i+1]; k++ {
			j := p.byRow.Index[k]
			p.byCol.Index[next[j]], p.order[next[j]] = uint32(i), k
			next[j]++
		}
	}
}

// Rows returns the number of rows.
func (p *Pattern) Rows() int { return p.rows }

// Cols returns the number of columns.
func (p *Pattern) Cols() int { return p.cols }

// Len returns the number of elements.
func (p *Pattern) Len() int { return len(p.byRow.Index) }

// Element returns the row and the column of element k.
func (p *Pattern) Element(k int) (row, col int) {
	i, _ := slices.BinarySearch(p.byRow.Start, int32(k)+1)
	return i - 1, int(p.byRow.Index[k])
}

func (p *Pattern) String() string {
	if p == nil {
		return "nil"
	}
	return fmt.Sprintf("%dx%d of %d", p.rows, p.cols, p.Len())
}
