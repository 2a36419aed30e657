package datasets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// eventArchives is a published set of recordings.
type eventArchives struct {
	name  string // of the set and of its folder in the cache
	files []archive
	// where says how to get files that no program may fetch.
	where string
}

// The checksums are those by which the loaders of Tonic and SpikingJelly know the files; the
// publishers state no others for these forms of them.
var (
	nmnistArchives = eventArchives{name: "n-mnist", files: []archive{
		{"Train.zip", mendeley("39c25547-014b-4137-a934-9d29fa53c7a0"), "20959b8e626244a1b502305a9e6e2031"},
		{"Test.zip", mendeley("05a4d654-7e03-4c15-bdfa-9bb2bcbea494"), "69ca8762b2fe404d9b9bad1103e97832"},
	}}
	shdArchives = eventArchives{name: "shd", files: []archive{
		{"shd_train.h5.zip", heidelberg("shd_train.h5.zip"), "f3252aeb598ac776c1b526422d90eecb"},
		{"shd_test.h5.zip", heidelberg("shd_test.h5.zip"), "1503a5064faa34311c398fb0a1ed0a6f"},
	}}
	sscArchives = eventArchives{name: "ssc", files: []archive{
		{"ssc_train.h5.zip", heidelberg("ssc_train.h5.zip"), "d102be95e7144fcc0553d1f45ba94170"},
		{"ssc_valid.h5.zip", heidelberg("ssc_valid.h5.zip"), "b4eee3516a4a90dd0c71a6ac23a8ae43"},
		{"ssc_test.h5.zip", heidelberg("ssc_test.h5.zip"), "a35ff1e9cffdd02a20eb850c17c37748"},
	}}
	gestureArchives = eventArchives{name: "dvs-gesture", files: []archive{
		{"DvsGesture.tar.gz", nil, "8a5c71fb11e24e5ca5b11866ca6c00a1"},
	}, where: "https://ibm.ent.box.com/s/3hiq58ww1pbbjrinh367ykfdf60xsfm8"}
)

// mendeley returns where the publisher of N-MNIST keeps a file.
func mendeley(id string) []string {
	return []string{"https://data.mendeley.com/public-files/datasets/468j46mzdv/files/" + id + "/file_downloaded"}
}

// heidelberg returns where the publishers of SHD and SSC keep a file.
func heidelberg(name string) []string {
	return from([]string{"https://zenkelab.org/datasets/", "https://compneuro.net/datasets/"}, name)
}

// OpenNMNIST returns N-MNIST, as the function NMNIST does, from opt.Dir or the cache; archives that the
// cache lacks or holds damaged are downloaded first, and recordings are read out of them as they are. Each archive of the cache is compared with its known MD5, each time, and a download takes
// its place there only after that. Mirrors of the options hold the archives under their names,
// Train.zip and Test.zip. Close both sets. Errors: those of NMNIST, and of OpenMNIST for a download.
func OpenNMNIST(ctx context.Context, opt OpenOptions) (train, test *EventSet, err error) {
	if opt.Dir != "" {
		return NMNIST(opt.Dir)
	}
	return nmnistArchives.openNMNIST(ctx, opt)
}

func (s eventArchives) openNMNIST(ctx context.Context, opt OpenOptions) (train, test *EventSet, err error) {
	paths, err := s.fetch(ctx, opt)
	if err != nil {
		return nil, nil, named("N-MNIST", err)
	}
	if train, err = nmnistZip(paths[0], "Train"); err != nil {
		return nil, nil, named("N-MNIST", err)
	}
	if test, err = nmnistZip(paths[1], "Test"); err != nil {
		train.Close()
		return nil, nil, named("N-MNIST", err)
	}
	return train, test, nil
}

// nmnistZip opens a part of N-MNIST within its archive.
func nmnistZip(path, part string) (*EventSet, error) {
	z, err := openZip(path)
	if err != nil {
		return nil, err
	}
	s, err := nmnistPart(z, part)
	if err != nil {
		z.Close()
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	s.close = z.Close
	return s, nil
}

// OpenSHD returns SHD, as the function SHD does, from opt.Dir or the cache, in the way and with the
// errors of OpenNMNIST. The archives, shd_train.h5.zip and shd_test.h5.zip, are unpacked beside them.
func OpenSHD(ctx context.Context, opt OpenOptions) (train, test *EventSet, err error) {
	dir, err := shdArchives.unpacked(ctx, opt)
	if err != nil {
		return nil, nil, named("SHD", err)
	}
	return SHD(dir)
}

// OpenSSC returns SSC, as the function SSC does, from opt.Dir or the cache, in the way and with the
// errors of OpenSHD.
func OpenSSC(ctx context.Context, opt OpenOptions) (train, valid, test *EventSet, err error) {
	dir, err := sscArchives.unpacked(ctx, opt)
	if err != nil {
		return nil, nil, nil, named("SSC", err)
	}
	return SSC(dir)
}

// OpenDVSGesture returns DVS128 Gesture, as the function DVSGesture does, from opt.Dir or the cache. Its
// publisher gives the archive to browsers alone: DvsGesture.tar.gz is to be put into the cache,
// or comes from a mirror of the options. It is compared with its known MD5 and unpacked beside it.
// Errors: ErrNetwork if it is not there, which says where it is to be had; those of DVSGesture and of
// OpenNMNIST.
func OpenDVSGesture(ctx context.Context, opt OpenOptions) (train, test *EventSet, err error) {
	if opt.Dir != "" {
		return DVSGesture(opt.Dir)
	}
	return gestureArchives.openGesture(ctx, opt)
}

func (s eventArchives) openGesture(ctx context.Context, opt OpenOptions) (train, test *EventSet, err error) {
	paths, err := s.fetch(ctx, opt)
	if err == nil {
		err = unpackTar(paths[0], "DvsGesture")
	}
	if err != nil {
		return nil, nil, named("DVS128 Gesture", err)
	}
	return DVSGesture(filepath.Join(filepath.Dir(paths[0]), "DvsGesture"))
}

// fetch brings all archives into the cache and returns their paths.
func (s eventArchives) fetch(ctx context.Context, opt OpenOptions) (paths []string, err error) {
	if opt, err = opt.orDefaults(s.name, opt.Mirrors); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opt.Cache, 0o755); err != nil {
		return nil, err
	}
	report, finish := opt.reporter()
	defer finish()
	for _, a := range s.files {
		path, err := a.fetch(ctx, opt, report)
		if err != nil && s.where != "" && opt.Mirrors == nil {
			return nil, fmt.Errorf("%w: its publisher gives it to browsers alone: put %s from %s into %s",
				err, a.name, s.where, opt.Cache)
		}
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// unpacked returns the directory with the files of all archives: opt.Dir, or the cache.
func (s eventArchives) unpacked(ctx context.Context, opt OpenOptions) (dir string, err error) {
	if opt.Dir != "" {
		return opt.Dir, nil
	}
	paths, err := s.fetch(ctx, opt)
	if err != nil {
		return "", err
	}
	for i, path := range paths {
		name := s.files[i].name
		if err := unpackZip(path, name[:len(name)-len(".zip")]); err != nil {
			return "", err
		}
	}
	return filepath.Dir(paths[0]), nil
}
