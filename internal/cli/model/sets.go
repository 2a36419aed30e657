package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// Parts are the parts of a data set; Valid is nil where the set has none.
type Parts struct{ Train, Valid, Test datasets.Source }

// SetKind is a data set that a file, or the command line, can name.
type SetKind struct {
	settings.Kind
	What    string          // in a few words
	Files   string          // what a directory of it holds; "" if the set needs none
	Fetched bool            // whether it can be downloaded
	layout  datasets.Layout // of batches, if the file does not say
	open    func(ctx context.Context, p any, o opener) (Parts, error)
	// fetch brings the files of a set that is Fetched into a cache, and returns what parts cost nothing to read.
	fetch func(ctx context.Context, o opener) (Parts, error)
	// FromTable says that its files are named in the TOML file.
	FromTable bool
}

// opener is where a set comes from.
type opener struct {
	Dir, Cache string
	Bar        io.Writer
	mirrors    []string // nil: the public ones
}

// options are what the readers of package datasets take.
func (o opener) options() datasets.OpenOptions {
	return datasets.OpenOptions{Dir: o.Dir, Cache: o.Cache, Bar: o.Bar, Mirrors: o.mirrors}
}

// place reads where a set comes from, and checks that it says what the set needs.
func (k SetKind) place(t *config.Table) opener {
	o := opener{Dir: t.String("dir", "")}
	if k.Fetched {
		o.Cache = t.String("cache", "")
	}
	switch {
	case k.FromTable && !t.Has("train"):
		t.Fault("", "the set %s: want train, a .npz file", k.Name)
	case k.Fetched && (o.Dir == "") == (o.Cache == ""):
		t.Fault("", "the set %s: want dir, a directory with its files, or cache, a directory to download them to", k.Name)
	case k.Files != "" && !k.Fetched && o.Dir == "":
		t.Fault("", "the set %s: want dir, a directory with %s", k.Name, k.Files)
	case k.Files == "" && o.Dir != "" && k.Name != "japanese_vowels":
		t.Fault("dir", "%q: the set %s needs no directory", o.Dir, k.Name)
	}
	return o
}

// FindSet returns the set of a name.
func FindSet(name string) (SetKind, error) {
	var names []string
	for _, k := range Sets() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return SetKind{}, fmt.Errorf("there is no data set %q; there are %q", name, names)
}

// Fetch brings the files of a set into cache, from the first of the mirrors, base URLs, that has them; nil: the public
// ones. bar is where downloads are shown, if it is a terminal.
func (k SetKind) Fetch(ctx context.Context, cache string, mirrors []string, bar io.Writer) (Parts, error) {
	return k.fetch(ctx, opener{Cache: cache, Bar: bar, mirrors: mirrors})
}

// Verify compares the files of a set that has been downloaded to cache with their published checksums.
func (k SetKind) Verify(ctx context.Context, cache string) (Parts, error) {
	if _, err := os.Stat(cache); err != nil { // else it would be made
		return Parts{}, err
	}
	p, err := k.Fetch(ctx, cache, []string{}, nil)
	if errors.Is(err, datasets.ErrNetwork) {
		return Parts{}, fmt.Errorf("%s: a file is missing or damaged: %w", cache, err)
	}
	return p, err
}

// Open opens the set with its defaults, from a directory if it needs one.
func (k SetKind) Open(ctx context.Context, dir string) (Parts, error) {
	return k.open(ctx, k.Settings, opener{Dir: dir})
}
