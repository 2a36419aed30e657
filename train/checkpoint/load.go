package checkpoint

// LoadInto copies the tensors of the file into those of a model, in place: whoever holds a
// destination or its slice sees the new numbers. Shapes and types must be equal. It copies all or
// nothing: where Match finds a difference that the rules do not allow, or a tensor cannot be
// copied, no destination has changed. Destinations may be views; they must not overlap, and no one
// may read them meanwhile.
func (f *File) LoadInto(model []Tensor, rules Rules) error {
	for _, ts := range [][]Tensor{model, f.Tensors} {
		for _, t := range ts {
			if err := checkTensor(t); err != nil {
				return err
			}
		}
	}
	index, err := f.pair(specsOf(model), rules)
	if err != nil {
		return err
	}
	for j, i := range index {
		if i >= 0 {
			elements[rank(model[j].Value)].copy(model[j].Value, f.Tensors[i].Value)
		}
	}
	return nil
}
