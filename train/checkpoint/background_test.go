package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// everyForm is a file with tensors of every type and of unusual shapes and layouts.
func everyForm(t *testing.T) *File {
	t.Helper()
	f := &File{Kind: "k", Metadata: map[string]string{"a": "1"}}
	for _, backing := range []any{[]float64{1, 2}, []float32{3, 4}, []int64{5, 6}, []int32{7, 8}, []int16{9, 10}, []int8{11, 12},
		[]uint64{13, 14}, []uint32{15, 16}, []uint16{17, 18}, []uint8{19, 20}, []bool{true, false}} {
		d := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(backing))
		f.Add(d.Dtype().String(), d)
	}
	f.Add("scalar", tensor.New(tensor.FromScalar(float32(7))))
	f.Add("empty", tensor.New(tensor.WithShape(0, 3), tensor.WithBacking([]float32{})))
	turned := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{1, 2, 3, 4, 5, 6}))
	require.NoError(t, turned.T())
	f.Add("turned", turned)
	return f
}

// What is written is the file as it was when it was saved, to the byte; three times, so that the
// second and third find memory of the one before, of other tensors too.
func TestBackgroundWritesWhatWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var b Background
	for i, change := range []func(f *File){
		func(*File) {},
		func(f *File) { f.Tensor("float32").Float32s()[1] = -1; f.Metadata["a"] = "2" },
		func(f *File) { f.Tensors = append(f.Tensors[:2], f.Tensors[5:]...); f.Kind = "" },
	} {
		f := everyForm(t)
		change(f)
		want, got := filepath.Join(dir, "want"), filepath.Join(dir, "got")
		require.NoError(t, WriteFile(want, f))
		mayWrite := make(chan bool)
		require.NoError(t, b.Save(f, func(f *File) error {
			<-mayWrite
			return WriteFile(got, f)
		}))
		f.Tensor("float64").Float64s()[0] = 99 // training goes on
		f.Metadata["a"] = "later"
		close(mayWrite)
		require.NoError(t, b.Wait())
		w, err := os.ReadFile(want)
		require.NoError(t, err)
		g, err := os.ReadFile(got)
		require.NoError(t, err)
		assert.Equal(t, w, g, "file %d", i)
	}
}

// An error comes up once, at the next call, which does nothing else.
func TestBackgroundErrors(t *testing.T) {
	t.Parallel()
	var b Background
	require.NoError(t, b.Wait(), "nothing is under way")
	boom := errors.New("boom")
	require.NoError(t, b.Save(numbered(1), func(*File) error { return boom }))
	require.ErrorIs(t, b.Save(numbered(2), func(*File) error { panic("it must not be written") }), boom)
	require.NoError(t, b.Wait())
	require.NoError(t, b.Save(numbered(1), func(*File) error { return boom }))
	require.ErrorIs(t, b.Wait(), boom)
	require.NoError(t, b.Wait())
	bad := numbered(1)
	bad.Add("x", bad.Tensors[0].Value)
	require.ErrorIs(t, b.Save(bad, func(*File) error { panic("it must not be written") }), ErrFormat)
}

// A file that is saved again costs no memory for its tensors.
func TestBackgroundReusesItsMemory(t *testing.T) {
	t.Parallel()
	var b Background
	f := everyForm(t)
	var first, second File
	require.NoError(t, b.Save(f, func(f *File) error { first = *f; return nil }))
	require.NoError(t, b.Save(f, func(f *File) error { second = *f; return nil }))
	require.NoError(t, b.Wait())
	for i := range first.Tensors {
		assert.Same(t, first.Tensors[i].Value, second.Tensors[i].Value)
		assert.NotSame(t, f.Tensors[i].Value, second.Tensors[i].Value)
	}
}
