package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// MNIST reads handwritten digits, 60,000 for training and 10,000 for test, [28 28] each, from a
// directory with the four files under their usual names, plain or with .gz:
//
//	train-images-idx3-ubyte  train-labels-idx1-ubyte  t10k-images-idx3-ubyte  t10k-labels-idx1-ubyte
//
// Checksums are not looked at: sets in the same format (KMNIST, a part of one) may stand there
// instead. Errors: fs.ErrNotExist for a missing file, those of ReadIDX, ErrFormat for arrays that
// are not images and labels, ErrShape for counts that disagree, ErrLabel; each names the directory
// and the file.
func MNIST(dir string) (train, test *Images, err error) { return mnistSet.fromDir(dir) }

// FashionMNIST reads clothes of ten kinds, 60,000 for training and 10,000 for test, [28 28] each,
// from a directory with files of the same names as MNIST, and with the same errors.
func FashionMNIST(dir string) (train, test *Images, err error) { return fashionSet.fromDir(dir) }

func (s *imageSet) fromDir(dir string) (train, test *Images, err error) {
	train, test, err = s.fromFS(os.DirFS(dir))
	return train, test, named(s.name+" in "+dir, err)
}

// fromFS reads both parts of the set.
func (s *imageSet) fromFS(files fs.FS) (train, test *Images, err error) {
	if train, err = s.readPair(files, s.train); err != nil {
		return nil, nil, err
	}
	if test, err = s.readPair(files, s.test); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

func (s *imageSet) readPair(files fs.FS, p imagePair) (*Images, error) {
	pixels, err := readNamed(files, p.images.name)
	if err != nil {
		return nil, err
	}
	labels, err := readNamed(files, p.labels.name)
	if err != nil {
		return nil, err
	}
	d, err := imagesOf(pixels, labels, slices.Clone(s.classes))
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", p.images.name, p.labels.name, err)
	}
	return d, nil
}

// readNamed reads the array in the file of a name with .gz, or without: in that order, because in
// the cache the former is the one that was verified.
func readNamed(files fs.FS, name string) (*IDX, error) {
	f, err := files.Open(name + ".gz")
	if errors.Is(err, fs.ErrNotExist) {
		if f, err = files.Open(name); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("neither %s nor %s.gz: %w", name, name, fs.ErrNotExist)
		}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x, err := readIDX(f, maxIDX)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return x, nil
}
