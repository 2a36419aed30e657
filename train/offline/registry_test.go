package offline_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegistry(t *testing.T) {
	r := offline.NewRegistry()
	assert.Equal(t, []string{"elastic_net", "lasso", "linear", "logistic", "lstsq", "polynomial", "polynomial_ridge", "ridge"}, r.Names())
	for _, name := range r.Names() {
		m, err := r.Method(name)
		require.NoError(t, err)
		_, err = m.New(offline.Options{})
		assert.NoError(t, err, name)
	}
	ridge, err := r.Method("ridge")
	require.NoError(t, err)
	assert.Equal(t, offline.Ridge{Alpha: 1e-7}, ridge)

	_, err = r.Method("rigde")
	assert.ErrorIs(t, err, offline.ErrValue)
	assert.ErrorContains(t, err, "offline: ")
	require.NoError(t, r.Register("mine", func() offline.Method { return offline.Ridge{Alpha: 5} }))
	assert.NotContains(t, offline.NewRegistry().Names(), "mine")
}
