package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table against itself: names differ, checksums are checksums, mirrors are URLs.
func TestSetTables(t *testing.T) {
	t.Parallel()
	for _, s := range []*imageSet{&mnistSet, &fashionSet} {
		assert.Len(t, s.classes, 10)
		seen := map[string]bool{}
		for _, f := range s.files() {
			sum, err := hex.DecodeString(f.sha256)
			require.NoError(t, err)
			assert.Len(t, sum, sha256.Size)
			assert.False(t, seen[f.name] || seen[f.sha256])
			seen[f.name], seen[f.sha256] = true, true
		}
		assert.EqualValues(t, 16+60000*28*28, s.train.images.bytes)
		assert.EqualValues(t, 8+60000, s.train.labels.bytes)
		assert.EqualValues(t, 16+10000*28*28, s.test.images.bytes)
		assert.EqualValues(t, 8+10000, s.test.labels.bytes)
		for _, base := range s.mirrors {
			assert.Regexp(t, `^https?://.*/$`, base)
		}
	}
}
