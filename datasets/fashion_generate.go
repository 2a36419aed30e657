//go:build ignore

// Fashion_generate writes the files in the folder fashion from the four original files of
// Fashion-MNIST:
//
//	go run fashion_generate.go -from DIRECTORY -to fashion
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"log"
	"os"
	"path/filepath"

	"github.com/spikegraph/spikegraph/datasets"
)

func main() {
	from := flag.String("from", "", "directory with the four original files")
	to := flag.String("to", "fashion", "directory to write to")
	flag.Parse()
	train, test, err := datasets.FashionMNIST(*from)
	if err != nil {
		log.Fatal(err)
	}
	write(*to, "train", train, 500)
	write(*to, "t10k", test, 100)
}

// write writes the first n images of every class, and their labels, as two gzipped IDX files.
func write(dir, part string, d *datasets.Images, n int) {
	chosen, err := datasets.PerClass(d, n)
	if err != nil {
		log.Fatal(err)
	}
	var pixels, labels []uint8
	for _, i := range chosen.Index() {
		pixels = append(pixels, d.Image(i)...)
		labels = append(labels, uint8(d.Labels[i]))
	}
	writeIDX(filepath.Join(dir, part+"-images-idx3-ubyte.gz"),
		&datasets.IDX{Shape: []int{chosen.Len(), d.H, d.W}, Data: pixels})
	writeIDX(filepath.Join(dir, part+"-labels-idx1-ubyte.gz"),
		&datasets.IDX{Shape: []int{chosen.Len()}, Data: labels})
}

// writeIDX writes a file without name and time in its header, so that it depends on its content
// alone.
func writeIDX(path string, x *datasets.IDX) {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	if err := x.Write(z); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
