package datasets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestConstant(t *testing.T) {
	t.Parallel()
	assert.Equal(t, [][]float32{{-3, 0, 1.5}, {-3, 0, 1.5}}, encoded(t, datasets.Constant{Steps: 2}, -3, 0, 1.5))
}
