"""Writes the files of this folder: five recordings in the layout of SHD. Needs numpy 1.24, PyTables 3.7,
h5py 3.7. Afterwards: gzip -9 -n pytables.h5"""
import h5py
import numpy as np
import tables

rng = np.random.RandomState(1)
times, units = [], []
for n in (3, 0, 40, 7, 1):
    times.append(np.sort(rng.rand(n) * 1.2).astype(np.float16))
    units.append(rng.randint(0, 700, n).astype(np.uint16))
times[0] = np.array([0, 0.25, 1], np.float16)
units[0] = np.array([0, 350, 699], np.uint16)
labels = np.array([3, 19, 0, 7, 11], np.uint16)
speaker = np.array([0, 4, 5, 11, 1], np.uint16)

with tables.open_file("pytables.h5", "w") as f:
    spikes = f.create_group("/", "spikes")
    t = f.create_vlarray(spikes, "times", tables.Float16Atom(), expectedrows=5)
    u = f.create_vlarray(spikes, "units", tables.UInt16Atom(), expectedrows=5)
    for a, b in zip(times, units):
        t.append(a)
        u.append(b)
    f.create_array("/", "labels", labels)
    extra = f.create_group("/", "extra")
    f.create_array(extra, "speaker", speaker)
    f.create_array(extra, "keys", [b"zero", b"null"])


def write(name, dtype, chunks, **options):
    with h5py.File(name, "w", **options) as f:
        for path, rows, kind in (("spikes/times", times, dtype), ("spikes/units", units, np.int32)):
            d = f.create_dataset(path, (5,), dtype=h5py.vlen_dtype(np.dtype(kind)), chunks=chunks)
            for i, row in enumerate(rows):
                d[i] = row.astype(kind)
        packed = dict(compression="gzip", shuffle=True) if chunks else {}
        f.create_dataset("labels", data=labels.astype(np.uint8), chunks=chunks, **packed)
        f.create_dataset("extra/speaker", data=speaker.astype(np.int64))


write("h5py-chunked.h5", np.float64, (2,))
write("h5py-latest.h5", np.float32, None, libver="latest")
