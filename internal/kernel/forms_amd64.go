package kernel

// formsAt returns the generated code of a level by the form it is for.
func formsAt(l isa) map[string]formCode[float32] {
	codes := map[string]formCode[float32]{}
	for _, f := range formTable {
		if codes[f.text] = f.avx2; l == avx512 {
			codes[f.text] = f.avx512
		}
	}
	return codes
}
