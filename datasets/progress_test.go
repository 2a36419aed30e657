package datasets

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vbauerster/mpb/v8"
)

func TestOpenReportsProgress(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	base, _ := mirror(t, content)
	var reports []Progress
	var screen bytes.Buffer
	_, _, err := set.open(t.Context(), OpenOptions{Cache: t.TempDir(), Mirrors: []string{base}, Bar: &screen,
		Progress: func(p Progress) { reports = append(reports, p) }})
	require.NoError(t, err)
	ends := map[string]Progress{}
	for _, p := range reports {
		assert.GreaterOrEqual(t, p.Done, ends[p.File].Done)
		ends[p.File] = p
	}
	require.Len(t, ends, 4)
	for name, p := range ends {
		assert.Equal(t, base+"/"+name+".gz", p.URL)
		assert.EqualValues(t, len(gzipped(t, content[name])), p.Done)
		assert.Equal(t, p.Total, p.Done)
	}
	assert.Empty(t, screen.String(), "not a terminal")
}

func TestProgressBars(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	b := &progressBars{out: &screen, of: map[string]*mpb.Bar{}, options: []mpb.ContainerOption{mpb.WithAutoRefresh()}}
	b.show(Progress{File: "first", URL: "a", Done: 500, Total: 2000})
	b.show(Progress{File: "first", URL: "a", Done: 2000, Total: 2000})
	b.show(Progress{File: "second", URL: "b", Done: 5, Total: -1})
	b.show(Progress{File: "second", URL: "b", Done: 7, Total: 7})
	b.show(Progress{File: "third", URL: "c", Done: 1000, Total: 3000}) // fails
	b.finish()
	text := screen.String()
	assert.Contains(t, text, "first")
	assert.Contains(t, text, "2.0 KB / 2.0 KB")
	assert.Contains(t, text, "third")
	assert.Contains(t, text, "33 %")
	(&progressBars{}).finish() // without any report
}
