"""Trains the networks of jobs J1, J1s, J2 and J7 in PyTorch and writes what another program needs
to repeat it: initial weights, batches and the losses, as one safetensors file.

    python3 compare.py --job J1 --data DIR --out j1.safetensors
    go run ./cmd/bench -job J1 -init j1.safetensors -warmup 3 -batches 30

DIR holds the files of Fashion-MNIST. bench then prints max_loss_difference. With --double here and
-double there both compute in float64: in float32 the first spike that rounding moves sets the two
runs apart after a few batches, as it does two runs of either program with another number of threads.
"""
import argparse
import gzip
import json
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F

BATCH = 128


class Spike(torch.autograd.Function):
    """Step whose derivative is slope(v)."""

    @staticmethod
    def forward(ctx, v, slope):
        ctx.save_for_backward(v)
        ctx.slope = slope
        return (v >= 0).to(v)

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g * ctx.slope(v), None


def arctan(v):
    return 1 / (1 + (torch.pi * v) ** 2)


def inverse_square(v):
    return 1 / (1 + 25 * v.abs()) ** 2


def images(x, p):
    """784-1000-10: x is [B 784], or [T B 784]; returns spikes [T B 10]."""
    u1 = z1 = u2 = z2 = 0.0
    out = []
    for t in range(25):
        xt = x[t] if x.dim() == 3 else x
        u1 = 0.95 * u1 + xt @ p["fc1.W"] + p["fc1.B"] - (z1.detach() if t else 0)
        z1 = Spike.apply(u1 - 1, arctan)
        u2 = 0.95 * u2 + z1 @ p["fc2.W"] + p["fc2.B"] - (z2.detach() if t else 0)
        z2 = Spike.apply(u2 - 1, arctan)
        out.append(z2)
    return torch.stack(out)


def recurrent(x, p):
    """700-256-20 with recurrence: x is [T B 700]; returns potentials [T B 20]."""
    u, v = 0.0, 0.0
    z = torch.zeros(x.shape[1], 256)
    out = []
    for xt in x:
        u = 0.95 * u + xt @ p["fc1.W"] + z @ p["rec.W"] + p["rec.B"] - z.detach()
        z = Spike.apply(u - 1, inverse_square)
        v = 0.95 * v + z @ p["fc2.W"] + p["fc2.B"]
        out.append(v)
    return torch.stack(out)


def linear(name, n_in, n_out):
    a = n_in ** -0.5
    return {name + ".W": (torch.rand(n_in, n_out) * 2 - 1) * a, name + ".B": (torch.rand(n_out) * 2 - 1) * a}


def idx(path):
    raw = gzip.open(path).read()
    shape = struct.unpack(">" + "I" * raw[3], raw[4:4 + 4 * raw[3]])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def sweeping_bumps(n, steps, rng):
    """The spikes of J2: class c is a bump of activity that sweeps over 700 channels."""
    y = rng.integers(0, 20, n)
    t, j = np.arange(steps)[:, None], np.arange(700)[None, :]
    x = np.empty((n, steps, 700), np.uint8)
    for i, c in enumerate(y):
        v = (1 + c % 5) * (1 if c % 2 == 0 else -1)
        d = np.abs(j - (35 * c + v * t)) % 700
        d = np.minimum(d, 700 - d)
        x[i] = rng.random((steps, 700)) < 0.005 + 0.1047 * np.exp(-d * d / 3200.0)
    return x, y


def batches(job, n, data, rng):
    if job in ("J1", "J1s"):
        xs = idx(data + "/train-images-idx3-ubyte.gz").reshape(-1, 784)
        ys = idx(data + "/train-labels-idx1-ubyte.gz").astype(np.int64)
        order = rng.permutation(len(xs))
        for i in range(n):
            k = order[i * BATCH:(i + 1) * BATCH]
            x = xs[k]
            if job == "J1s":
                x = (rng.random((25, BATCH, 784)) < x / 255).astype(np.uint8)
            yield x, ys[k]
        return
    steps = 1000 if job == "J7" else 100
    for i in range(n):
        x, y = sweeping_bumps(BATCH, steps, rng)
        yield np.ascontiguousarray(x.transpose(1, 0, 2)), y


def save(path, tensors, meta):
    names = {np.dtype("float32"): "F32", np.dtype("float64"): "F64", np.dtype("int32"): "I32", np.dtype("uint8"): "U8"}
    header, at = {"__metadata__": meta}, 0
    for k, v in tensors.items():
        header[k] = {"dtype": names[v.dtype], "shape": list(v.shape), "data_offsets": [at, at + v.nbytes]}
        at += v.nbytes
    h = json.dumps(header).encode()
    h += b" " * (-len(h) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(h)) + h)
        for v in tensors.values():
            f.write(np.ascontiguousarray(v).tobytes())


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--job", default="J1", choices=["J1", "J1s", "J2", "J7"])
    ap.add_argument("--data", default=".")
    ap.add_argument("--out", required=True)
    ap.add_argument("--batches", type=int, default=0)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--double", action="store_true", help="compute in float64")
    a = ap.parse_args()
    if a.double:
        torch.set_default_dtype(torch.float64)
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    n = a.batches or {"J1": 33, "J1s": 33, "J2": 27, "J7": 4}[a.job]
    if a.job in ("J1", "J1s"):
        p = {**linear("fc1", 784, 1000), **linear("fc2", 1000, 10)}
        rate = 5e-4
    else:
        p = {"fc1.W": torch.randn(700, 256) * 0.08, "rec.W": torch.randn(256, 256) * 0.03,
             "rec.B": torch.zeros(256), **linear("fc2", 256, 20)}
        rate = 1e-3
    out = {"param." + k: v.numpy().copy() for k, v in p.items()}
    for v in p.values():
        v.requires_grad_()
    opt = torch.optim.Adam(p.values(), lr=rate)
    losses, ms = [], []
    for i, (x, y) in enumerate(batches(a.job, n, a.data, rng)):
        out["x.%d" % i], out["y.%d" % i] = x, y.astype(np.int32)
        start = time.perf_counter()
        xf, yt = torch.from_numpy(x).to(torch.get_default_dtype()), torch.from_numpy(y)
        if a.job in ("J1", "J1s"):
            s = images(xf / 255 if a.job == "J1" else xf, p)
            loss = F.cross_entropy(s.reshape(-1, 10), yt.repeat(25))
        else:
            loss = F.cross_entropy(recurrent(xf, p).mean(0), yt)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
        ms.append(1e3 * (time.perf_counter() - start))
    out["losses"] = np.array(losses, np.float64)
    save(a.out, out, {"pixels": "bytes" if a.job == "J1" else "spikes"})
    print("losses", losses[:2], "...", losses[-1], "median ms", sorted(ms)[len(ms) // 2])


main()
