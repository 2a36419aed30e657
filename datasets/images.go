package datasets

import "gorgonia.org/tensor"

// Images are grey pictures of one size with a class each. As a Source they give pixels as p/255, in
// [0, 1], and samples of shape [H W 1]: height, width, one channel. Not to be changed while batches
// are drawn.
type Images struct {
	Pixels  []uint8  // [N H W], row-major; 0 is the background of MNIST and Fashion-MNIST
	Labels  []int32  // [N], each in [0, len(Classes))
	H, W    int      // pixels
	Classes []string // name of each class
}

// unitPixel holds p/255.
var unitPixel = func() (t [256]float32) {
	for p := range t {
		t[p] = float32(p) / 255
	}
	return t
}()

// Len returns the number of images N.
func (d *Images) Len() int { return len(d.Labels) }

// SampleShape returns [H W 1].
func (d *Images) SampleShape() []int { return []int{d.H, d.W, 1} }

// Image returns the pixels of image i, [H W]: a part of d.Pixels, not a copy.
func (d *Images) Image(i int) []uint8 {
	size := d.H * d.W
	return d.Pixels[i*size : (i+1)*size : (i+1)*size]
}

// Read writes the pixels of image i, scaled to [0, 1], to dst [H*W].
func (d *Images) Read(dst []float32, i int) {
	for k, p := range d.Image(i) {
		dst[k] = unitPixel[p]
	}
}

// Label returns the class of image i, and true.
func (d *Images) Label(i int) (class int32, ok bool) { return d.Labels[i], true }

// Targets returns the labels of the images index: int32 [B].
func (d *Images) Targets(index []int) *tensor.Dense { return labelTensor(d.Labels, index) }

// Check returns ErrShape if pixels, labels and size disagree, ErrLabel for a label that names no
// class.
func (d *Images) Check() error { return named("Images", d.check()) }

func (d *Images) check() error {
	if err := checkVolume("images", []int{d.H, d.W}, len(d.Labels), len(d.Pixels)); err != nil {
		return err
	}
	return checkLabels(d.Labels, len(d.Classes))
}

// imagesOf makes images from the two arrays of a set: uint8 [N H W] and uint8 [N].
func imagesOf(pixels, labels *IDX, classes []string) (*Images, error) {
	p, ok := pixels.Data.([]uint8)
	if !ok || len(pixels.Shape) != 3 {
		return nil, fail(ErrFormat, "images are %T of shape %v, expected []uint8 of [N H W]",
			pixels.Data, pixels.Shape)
	}
	y, ok := labels.Data.([]uint8)
	if !ok || len(labels.Shape) != 1 {
		return nil, fail(ErrFormat, "labels are %T of shape %v, expected []uint8 of [N]",
			labels.Data, labels.Shape)
	}
	if pixels.Shape[0] != len(y) {
		return nil, fail(ErrShape, "%d images and %d labels", pixels.Shape[0], len(y))
	}
	d := &Images{Pixels: p, Labels: make([]int32, len(y)), Classes: classes}
	d.H, d.W = pixels.Shape[1], pixels.Shape[2]
	for i, c := range y {
		d.Labels[i] = int32(c)
	}
	return d, d.check()
}
