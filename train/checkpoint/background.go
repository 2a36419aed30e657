package checkpoint

import (
	"maps"
	"slices"

	"gorgonia.org/tensor"
)

// Background writes files while their owner goes on: Save copies the tensors of a file and returns, and
// another goroutine writes the copy. One write is under way at a time. What is written is what a
// write in place would have written, whatever happens to the tensors meanwhile. The memory of a copy
// serves for the next. The zero value is ready to use, by one goroutine.
type Background struct {
	kept  File       // the copy
	under chan error // brings what came of the write under way; nil: there is none
}

// Save waits for the write before; where that failed, its error is returned and nothing else done. Else
// f is copied, and write is called with the copy by another goroutine. Errors of f itself are
// returned at once, those of write by the next call of Save or Wait.
func (b *Background) Save(f *File, write func(f *File) error) error {
	if err := b.Wait(); err != nil {
		return err
	}
	if err := f.copyTo(&b.kept); err != nil {
		return err
	}
	under := make(chan error, 1)
	b.under = under
	go func() { under <- write(&b.kept) }()
	return nil
}

// Wait waits for the write under way and returns its error; nil where there is none. An error is
// returned once.
func (b *Background) Wait() error {
	if b.under == nil {
		return nil
	}
	err := <-b.under
	b.under = nil
	return err
}

// copyTo makes c a copy of f, in the memory of c as far as that fits.
func (f *File) copyTo(c *File) error {
	if _, err := f.inFileOrder(); err != nil {
		return err
	}
	c.Kind, c.Metadata = f.Kind, maps.Clone(f.Metadata)
	was := c.Tensors
	c.Tensors = nil
	for i, t := range f.Tensors {
		var to *tensor.Dense
		if i < len(was) {
			to = was[i].Value
		}
		if to == nil || to.Dtype() != t.Value.Dtype() || !slices.Equal(to.Shape(), t.Value.Shape()) {
			to = tensor.New(tensor.Of(t.Value.Dtype()), tensor.WithShape(t.Value.Shape()...))
		}
		elements[rank(t.Value)].copy(to, t.Value)
		c.Add(t.Name, to)
	}
	return nil
}
