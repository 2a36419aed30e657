"""Writes the files of this folder: python3 make.py old.h5 sequences.h5"""

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


with h5py.File(sys.argv[1], "w") as f:
    old(f)
with h5py.File(sys.argv[2], "w") as f:
    sequences(f)
