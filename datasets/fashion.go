package datasets

import (
	"embed"
	"io/fs"
)

//go:embed fashion/*.gz
var fashionFiles embed.FS

// FashionSmall returns a part of Fashion-MNIST that is within this package, for examples and tests
// that need no network: the first 500 training and the first 100 test images of each of the ten
// classes, in the order of the originals (fashion_generate.go chose them); [28 28] each. It is read
// anew on every call (30 ms), so the caller owns the result. Copyright 2017 Zalando SE, MIT
// licence: fashion/LICENSE. Errors are those of a damaged program file.
func FashionSmall() (train, test *Images, err error) {
	files, err := fs.Sub(fashionFiles, "fashion")
	if err != nil {
		return nil, nil, named("FashionSmall", err)
	}
	train, test, err = fashionSet.fromFS(files)
	return train, test, named("FashionSmall", err)
}
