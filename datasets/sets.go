package datasets

// imageSet is a published set of images: four IDX files, the names of the classes, and where to get
// them.
type imageSet struct {
	name        string // of the set and of its folder in the cache
	classes     []string
	mirrors     []string // base URLs, which end in a slash
	train, test imagePair
}

// imagePair is the images and labels of one part.
type imagePair struct{ images, labels dataFile }

// dataFile is a published file. Size and checksum are those of the content after unpacking, because
// mirrors have packed it in different ways.
type dataFile struct {
	name   string // as published, without .gz
	bytes  int64
	sha256 string // lower-case hexadecimal
}

// files returns the four files of the set.
func (s *imageSet) files() []dataFile {
	return []dataFile{s.train.images, s.train.labels, s.test.images, s.test.labels}
}

// mnistSet is MNIST by LeCun, Cortes and Burges (LeCun et al., "Gradient-based learning applied to
// document recognition", Proc. IEEE 86, 1998, doi:10.1109/5.726791), commonly given as CC BY-SA
// 3.0.
var mnistSet = imageSet{
	name:    "mnist",
	classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	mirrors: []string{
		"https://ossci-datasets.s3.amazonaws.com/mnist/",
		"https://storage.googleapis.com/cvdf-datasets/mnist/",
	},
	train: imagePair{
		dataFile{"train-images-idx3-ubyte", 47040016,
			"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
		dataFile{"train-labels-idx1-ubyte", 60008,
			"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
	},
	test: imagePair{
		dataFile{"t10k-images-idx3-ubyte", 7840016,
			"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
		dataFile{"t10k-labels-idx1-ubyte", 10008,
			"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
	},
}

// fashionSet is Fashion-MNIST by Zalando SE (Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image
// dataset for benchmarking machine learning algorithms", 2017, arXiv:1708.07747), MIT licence.
var fashionSet = imageSet{
	name: "fashion-mnist",
	classes: []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
		"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
	mirrors: []string{
		"https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
		"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
		"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
	},
	train: imagePair{
		dataFile{"train-images-idx3-ubyte", 47040016,
			"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
		dataFile{"train-labels-idx1-ubyte", 60008,
			"bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
	},
	test: imagePair{
		dataFile{"t10k-images-idx3-ubyte", 7840016,
			"5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
		dataFile{"t10k-labels-idx1-ubyte", 10008,
			"0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
	},
}
