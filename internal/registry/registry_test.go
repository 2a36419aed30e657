package registry_test

import (
	"errors"
	"testing"

	"github.com/spikegraph/spikegraph/internal/registry"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegistry(t *testing.T) {
	bad := errors.New("bad")
	number := func(n int) func() int { return func() int { return n } }
	r := registry.New("numbers", bad, map[string]func() int{"two": number(2), "one": number(1)})
	assert.Equal(t, []string{"one", "two"}, r.Names())
	two, err := r.Method("two")
	require.NoError(t, err)
	assert.Equal(t, 2, two)

	_, err = r.Method("tow")
	assert.ErrorIs(t, err, bad)
	assert.ErrorContains(t, err, `numbers: bad: there is no method "tow", only [one two]`)
	for name, method := range map[string]func() int{"two": number(3), "": number(3), "none": nil} {
		assert.ErrorIs(t, r.Register(name, method), bad, name)
	}
	require.NoError(t, r.Register("three", number(3)))
	three, err := r.Method("three")
	require.NoError(t, err)
	assert.Equal(t, 3, three)
	assert.Equal(t, []string{"one", "three", "two"}, r.Names())
}
