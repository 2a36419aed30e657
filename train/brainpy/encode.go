package brainpy

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/vmihailenco/msgpack/v5"
	"gorgonia.org/tensor"
)

// mostBytes is how much of an array stands in one piece.
const mostBytes = 1 << 30

// WriteFile writes a tree as BrainPy's load_pytree reads it, whole or not at all; BrainPy's own files end in ".bp". Errors:
// ErrFormat for a value that the format has no place for, of the disk.
func WriteFile(path string, tree map[string]any) error {
	b, err := Encode(tree)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(path, b); err != nil {
		return fmt.Errorf("brainpy: %w", err)
	}
	return nil
}

// Encode returns the bytes of a tree; equal trees give equal bytes.
func Encode(tree map[string]any) ([]byte, error) { return encode(tree, mostBytes) }

func encode(tree map[string]any, most int) ([]byte, error) {
	var b bytes.Buffer
	e := encoder{msgpack.NewEncoder(&b), most}
	if err := e.value(tree, 0); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// encoder writes to memory, where only unsuitable values are errors.
type encoder struct {
	*msgpack.Encoder
	most int // bytes of an array in one piece
}

func (e encoder) value(v any, depth int) error {
	if depth > deepest {
		return malformed("maps are nested deeper than %d", deepest)
	}
	switch v := v.(type) {
	case map[string]any:
		if err := e.EncodeMapLen(len(v)); err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := e.EncodeString(key); err != nil {
				return err
			}
			if err := e.value(v[key], depth+1); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	case *tensor.Dense:
		a, err := ndarray.Of(v)
		if err != nil {
			return malformed("%v", err)
		}
		return e.tensor(a, depth)
	case Scalar:
		return e.array(extScalar, &ndarray.Array{Data: sliceOf(v.Value)})
	case complex128:
		return e.extension(extComplex, func(e *msgpack.Encoder) error {
			if err := e.EncodeArrayLen(2); err != nil {
				return err
			}
			return e.EncodeMulti(real(v), imag(v))
		})
	case nil, bool, string, []byte, int64, uint64, float64:
		return e.Encode(v)
	}
	return malformed("a value of type %T", v)
}

// sliceOf returns a slice of the one element v.
func sliceOf(v any) any {
	if v == nil {
		return nil
	}
	s := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(v)), 1, 1)
	s.Index(0).Set(reflect.ValueOf(v))
	return s.Interface()
}

// tensor writes an array, in pieces if it is large.
func (e encoder) tensor(a *ndarray.Array, depth int) error {
	_, size, n := ndarray.KindOf(a.Data)
	if size == 0 || n*size <= e.most {
		return e.array(extArray, a)
	}
	shape, pieces := map[string]any{}, map[string]any{}
	for i, d := range a.Shape {
		shape[strconv.Itoa(i)] = int64(d)
	}
	data, per := reflect.ValueOf(a.Data), max(e.most/size, 1)
	for from := 0; from < n; from += per {
		to := min(from+per, n)
		part := &ndarray.Array{Shape: []int{to - from}, Data: data.Slice(from, to).Interface()}
		pieces[strconv.Itoa(from/per)] = part.Dense()
	}
	return e.value(map[string]any{keyChunked: true, keyShape: shape, keyChunks: pieces}, depth+1)
}

// array writes (shape, dtype, bytes) as an extension.
func (e encoder) array(id int8, a *ndarray.Array) error {
	kind, size, _ := ndarray.KindOf(a.Data)
	raw, err := ndarray.Bytes(a.Data)
	if err != nil {
		return malformed("%v", err)
	}
	name := ""
	for dtype, el := range elements {
		if el.kind == kind && el.size == size {
			name = dtype
		}
	}
	return e.extension(id, func(e *msgpack.Encoder) error {
		if err := e.EncodeArrayLen(3); err != nil {
			return err
		}
		if err := e.EncodeArrayLen(len(a.Shape)); err != nil {
			return err
		}
		for _, d := range a.Shape {
			if err := e.EncodeInt(int64(d)); err != nil {
				return err
			}
		}
		if err := e.EncodeString(name); err != nil {
			return err
		}
		return e.EncodeBytes(append([]byte{}, raw...)) // nil would be nil
	})
}

// extension writes what f writes as the payload of an extension.
func (e encoder) extension(id int8, f func(*msgpack.Encoder) error) error {
	var b bytes.Buffer
	if err := f(msgpack.NewEncoder(&b)); err != nil {
		return err
	}
	if err := e.EncodeExtHeader(id, b.Len()); err != nil {
		return err
	}
	_, err := e.Writer().Write(b.Bytes())
	return err
}
