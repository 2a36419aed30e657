"""Writes the files of this folder: python3 make.py old.h5 sequences.h5 latest.h5 paged.h5"""

import sys

import h5py
import numpy


def old(f):
    x = numpy.arange(12, dtype="<f4").reshape(4, 3)
    f.create_dataset("g/packed", data=x, chunks=(3, 2), compression="gzip", shuffle=True, fletcher32=True)
    f["text"] = "a scalar"


def sequences(f):
    f["linked"] = h5py.SoftLink("/g/times")
    times = f.create_dataset("g/times", (2, 2), dtype=h5py.vlen_dtype("<f4"))
    times[0, 0], times[0, 1], times[1, 1] = [0.5, 1.5], [2.5], [3.5, 4.5, 5.5]
    units = f.create_dataset("g/units", (3,), dtype=h5py.vlen_dtype(">u2"), chunks=(2,), compression="gzip")
    units[0], units[2] = [1, 700], numpy.arange(3000)
    f["words"] = ["one", "", "three"]
    f["numbers"] = numpy.array([3, -4], "<i2")
    f.create_dataset("zeros", (100000,), dtype="<f4", chunks=(50000,), compression="gzip", data=numpy.zeros(100000))


def latest(f):
    many = f.create_group("many")
    for i in range(40):
        many["member%03d" % i] = i
    f["again"] = many["member007"]
    x = numpy.arange(9 * 10, dtype="<f4").reshape(9, 10)
    f.create_dataset("single", data=x, chunks=x.shape)
    f.create_dataset("single_packed", data=x, chunks=x.shape, compression="gzip")
    f.create_dataset("fixed", data=x, chunks=(1, 1))
    f.create_dataset("fixed_packed", data=x, chunks=(4, 7), maxshape=(13, 20), compression="gzip", shuffle=True)
    f.create_dataset("extensible", data=x, chunks=(3, 1), maxshape=(40, None))
    f.create_dataset("extensible_packed", data=x, chunks=(1, 3), maxshape=(None, 41), compression="lzf")
    f.create_dataset("tree", data=x, chunks=(1, 2), maxshape=(None, None))
    f.create_dataset("tree_packed", data=x, chunks=(5, 2), maxshape=(None, None), compression="lzf", fletcher32=True)
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((7, 8))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    d = h5py.h5d.create(f.id, b"implicit", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(x.shape), early)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, x)
    f.create_dataset("unwritten", (2, 2), dtype="<i2", fillvalue=-5)
    f.create_dataset("unwritten_text", (2,), dtype=h5py.string_dtype())
    f.create_dataset("unwritten_chunks", (3,), dtype="<i2", chunks=(2,))


def paged(f):
    f.create_dataset("fixed", data=numpy.arange(1100, dtype="<i2"), chunks=(1,))
    far = f.create_dataset("far", (140000,), dtype="u1", chunks=(1,), maxshape=(None,), fillvalue=3)
    far[139999], far[5] = 9, 4
    f.create_dataset("tree", data=numpy.arange(1000, dtype="<i2").reshape(20, 50), chunks=(1, 2), maxshape=(None, None))
    many = f.create_group("many")
    for i in range(120):
        many["member%03d" % i] = i


with h5py.File(sys.argv[1], "w") as f:
    old(f)
with h5py.File(sys.argv[2], "w") as f:
    sequences(f)
with h5py.File(sys.argv[3], "w", libver="latest", userblock_size=512) as f:
    latest(f)
with h5py.File(sys.argv[4], "w", libver="latest") as f:
    paged(f)
