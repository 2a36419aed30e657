package checkpoint_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Decode survives any bytes, and what it accepts is written and read again without a difference.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"testdata/tiny.safetensors", "testdata/plain.safetensors"} {
		b, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add(container(`{}`, 0))
	f.Add(container(`{"__metadata__":{"spikegraph.version":"1","spikegraph.kind":"\ud800"}}`, 0))
	f.Add(container(declares(`"U8"`, "[0,9223372036854775807]", "[0,0]"), 0))
	f.Add(container(declares(`"BOOL"`, "[1,1,1]", "[0,1]"), 1))
	f.Add(container(`{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"I8","shape":[2],"data_offsets":[8,10]}}`, 10))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := decoded(b)
		if err != nil {
			require.Regexp(t, "^checkpoint: ", err)
			return
		}
		again := encoded(t, first)
		second, err := decoded(again)
		require.NoError(t, err)
		requireSame(t, first, second)
		require.Equal(t, again, encoded(t, second))
	})
}
