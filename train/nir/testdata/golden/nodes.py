"""Writes nodes.json: what one node of each type gives. python3 nodes.py (torch 1.13, numpy)"""

import json

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(6)
DT = 1e-3  # s
cases = []


def array(v):
    a = np.asarray(v)
    return {"shape": list(a.shape), "data": a.ravel().tolist(), "kind": "text" if a.dtype.kind == "U" else a.dtype.kind}


def rounded(*shape):
    return rng.normal(size=shape).round(3)


def add(name, kind, params, x, y, euler=False, subtract=False):
    x, y = np.asarray(x), np.asarray(y)
    cases.append({"name": name, "type": kind, "params": {k: array(v) for k, v in params.items()}, "euler": euler,
                  "subtract": subtract, "x": array(x), "y": array(y)})


def torched(f, x):
    """applies f to the images of x [T C ...]"""
    return f(torch.tensor(x)).numpy()


def convolutions():
    for n, stride, padding, dilation, groups, kernel in [
        (2, [1, 1], [0, 0], [1, 1], 1, [3, 3]), (2, [2, 1], [1, 2], [1, 2], 2, [3, 2]), (2, [1, 1], "same", [2, 1], 1, [3, 3]),
        (2, [1, 1], "same", [1, 1], 4, [2, 4]), (2, [2, 3], "valid", [1, 1], 2, [3, 2]), (2, 2, 1, 2, 1, [2, 2]),
        (1, 1, 0, 1, 1, [3]), (1, [2], [2], [2], 2, [3]), (1, 1, "same", 2, 1, [3]), (1, [1], "same", [1], 4, [4]), (1, 3, "valid", 1, 2, [2]),
    ]:
        size = [6, 5][:n]
        w, b, x = rounded(4, 4 // groups, *kernel), rounded(4), rounded(2, 4, *size)
        conv = F.conv2d if n == 2 else F.conv1d
        y = torched(lambda v: conv(v, torch.tensor(w), torch.tensor(b), stride, padding, dilation, groups), x)
        params = dict(weight=w, bias=b, stride=stride, padding=padding, dilation=dilation, groups=groups, input_shape=size if n == 2 else size[0])
        add("Conv%dd stride %s padding %s dilation %s groups %d kernel %s" % (n, stride, padding, dilation, groups, kernel), "Conv%dd" % n, params, x, y)


def shapes():
    for kernel, stride, padding in [([2, 2], [2, 2], [0, 0]), ([3, 2], [1, 2], [1, 1]), ([2, 3], [3, 1], [0, 1]), (2, 2, 1)]:
        x = rounded(2, 2, 5, 6)
        y = torched(lambda v: F.avg_pool2d(v, kernel, stride, padding), x)
        params = dict(kernel_size=kernel, stride=stride, padding=padding)
        add("AvgPool2d %s %s %s" % (kernel, stride, padding), "AvgPool2d", params, x, y)
        add("SumPool2d %s %s %s" % (kernel, stride, padding), "SumPool2d", params, x, y * np.prod(np.broadcast_to(kernel, 2)))
    for start, end in [(0, -1), (1, 2), (0, 1), (1, -1), (-2, -1), (2, 2)]:
        x = rounded(2, 2, 3, 2)
        y = torch.flatten(torch.tensor(x), start + 1 if start >= 0 else start, end + 1 if end >= 0 else end).numpy()
        add("Flatten %d %d" % (start, end), "Flatten", dict(start_dim=start, end_dim=end, input_type=[2, 3, 2]), x, y)


def pointwise():
    x, w, b = rounded(8, 4), rounded(3, 4), rounded(3)
    add("Affine", "Affine", dict(weight=w, bias=b), x, x @ w.T + b)
    add("Linear", "Linear", dict(weight=w), x, x @ w.T)
    add("Scale", "Scale", dict(scale=w[0]), x, x * w[0])
    add("Threshold", "Threshold", dict(threshold=w[0] + 1e-4), x, np.where(x >= w[0] + 1e-4, 1.0, 0.0))
    y = np.zeros_like(x)
    for i, n in enumerate([0, 1, 3, 2]):
        y[n:, i] = x[:len(x) - n, i]
    add("Delay", "Delay", dict(delay=[0, 0.001, 0.003, 0.0024]), x, y)


def neurons():
    every = dict(tau=rng.uniform(.004, .02, 4), r=rng.uniform(.5, 2, 4), v_leak=rounded(4) / 10, v_threshold=rng.uniform(.2, .5, 4), v_reset=rounded(4) / 10,
                 tau_syn=rng.uniform(.003, .01, 4), tau_mem=rng.uniform(.004, .02, 4), w_in=rng.uniform(1.5, 3, 4))
    every = {k: v.round(5) for k, v in every.items()}
    x = (rounded(40, 4) + 0.3) * 4
    for kind, names in dict(LI="tau r v_leak", LIF="tau r v_leak v_threshold v_reset", IF="r v_threshold v_reset", I="r",
                            CubaLI="tau_syn tau_mem r v_leak w_in", CubaLIF="tau_syn tau_mem r v_leak v_threshold v_reset w_in").items():
        for euler, subtract in [(False, False), (True, False), (False, True), (True, True)]:
            if subtract and not kind.endswith("F"):
                continue
            p = {k: every[k] for k in names.split()}
            if kind in ("I", "IF"):
                p["r"] = p["r"] * 100
            add("%s euler %s subtract %s" % (kind, euler, subtract), kind, p, x, simulate(kind, p, x, euler, subtract), euler, subtract)


def simulate(kind, p, x, euler, subtract):
    """the equations of NIR, step by step"""
    def left(tau):
        return 1 - DT / tau if euler else np.exp(-DT / tau)
    v, current, out = np.zeros(4) + p.get("v_leak", 0), np.zeros(4), []
    for arrives in x:
        if kind.startswith("Cuba"):
            current = left(p["tau_syn"]) * current + (1 - left(p["tau_syn"])) * p["w_in"] * arrives
            arrives = current
        if kind in ("I", "IF"):
            v = v + DT * p["r"] * arrives
        else:
            v = v + (1 - left(p["tau_mem" if kind.startswith("Cuba") else "tau"])) * (p["v_leak"] - v + p["r"] * arrives)
        if kind.endswith("F"):
            assert (abs(v - p["v_threshold"]) > 1e-5).all(), "a tie"
            z = v >= p["v_threshold"]
            out.append(z * 1.0)
            v = v - z * (p["v_threshold"] - p["v_reset"]) if subtract else np.where(z, p["v_reset"], v)
        else:
            out.append(v)
    assert 0.02 < np.mean(out) < 0.98 or not kind.endswith("F"), "it does not fire"
    return np.stack(out)


convolutions()
shapes()
pointwise()
neurons()
with open("nodes.json", "w") as f:
    json.dump({"source": "torch 1.13 for Conv1d, Conv2d, AvgPool2d, SumPool2d and Flatten; else numpy, from the equations of NIR (Pedersen and others 2024)",
               "command": "python3 nodes.py", "licence": "as the module", "dt": DT, "tolerance": 1e-10,
               "input": "x is [T ...], without the batch", "cases": cases}, f)
