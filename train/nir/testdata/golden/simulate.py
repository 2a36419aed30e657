"""Independent simulation of the real NIR files in numpy, float64."""
import h5py, json, numpy as np
def nodes(p):
    f = h5py.File(p, "r")["node"]
    return {k: {q: (v[()] if q != "type" else v.asstr()[()]) for q, v in f["nodes"][k].items()} for k in f["nodes"]}
class Cuba:
    def __init__(s, n, dt):
        s.a, s.b = 1 - dt / n["tau_syn"], 1 - dt / n["tau_mem"]
        s.w, s.r, s.th = n["w_in"] * dt / n["tau_syn"], n["r"] * dt / n["tau_mem"], n["v_threshold"]
        s.i = np.zeros_like(s.th); s.v = np.zeros_like(s.th)
    def step(s, x, subtract):
        s.i = s.a * s.i + s.w * x
        s.v = s.b * s.v + s.r * s.i
        s.gap = np.abs(s.v - s.th).min()
        z = (s.v >= s.th) * 1.0
        s.v = s.v - z * s.th if subtract else s.v * (1 - z)
        return z
def pulses(steps, n): return np.array([[1.0 if (t * 7 + i * 3) % 5 == 0 else 0.0 for i in range(n)] for t in range(steps)])
def braille(p, subtract, steps=60):
    n = nodes(p); dt = 1e-4; gap = 1
    l1, l2 = Cuba(n["lif1.lif"], dt), Cuba(n["lif2"], dt)
    lin = lambda m, x: m["weight"].astype(float) @ x + m.get("bias", np.zeros(len(m["weight"]))).astype(float)
    z1 = np.zeros(len(l1.th)); out = []; hid = 0
    for x in 4 * pulses(steps, 12):
        z1 = l1.step(lin(n["fc1"], x) + lin(n["lif1.w_rec"], z1), subtract); hid += z1.sum(); gap = min(gap, l1.gap)
        z2 = l2.step(lin(n["fc2"], z1), subtract); gap = min(gap, l2.gap); out.append(z2.astype(int).tolist())
    return dict(file=p, input=4, dt=0.1, euler=True, subtract=subtract, steps=steps, spikes=out), gap, hid
def conv(x, m):
    w, s, p = m["weight"].astype(float), m["stride"], m["padding"]
    x = np.pad(x, ((0, 0), (p[0], p[0]), (p[1], p[1])))
    h, v = (x.shape[1] - w.shape[2]) // s[0] + 1, (x.shape[2] - w.shape[3]) // s[1] + 1
    y = np.zeros((w.shape[0], h, v))
    for i in range(h):
        for j in range(v):
            y[:, i, j] = np.tensordot(w, x[:, i*s[0]:i*s[0]+w.shape[2], j*s[1]:j*s[1]+w.shape[3]], 3)
    return y + m["bias"].astype(float)[:, None, None]
def cnn(p, steps=12):
    n = nodes(p); v = {}; gap = 1; out = []; hid = 0
    def fire(k, x):
        nonlocal gap, hid
        v[k] = v.get(k, 0) + n[k]["r"] * x
        gap = min(gap, np.abs(v[k] - 1.0).min()); z = (v[k] >= n[k]["v_threshold"]) * 1.0
        v[k] = v[k] - z; hid += z.sum()
        return z
    pool = lambda x: x.reshape(x.shape[0], x.shape[1]//2, 2, x.shape[2]//2, 2).sum((2, 4))
    for x in pulses(steps, 2*34*34):
        x = x.reshape(2, 34, 34)
        x = fire("1", conv(x, n["0"])); x = pool(fire("3", conv(x, n["2"]))); x = pool(fire("6", conv(x, n["5"])))
        x = fire("10", n["9"]["weight"].astype(float) @ x.reshape(-1) + n["9"]["bias"])
        out.append(fire("12", n["11"]["weight"].astype(float) @ x + n["11"]["bias"]).astype(int).tolist())
    return dict(file=p, input=1, dt=1000, euler=False, subtract=True, steps=steps, spikes=out), gap, hid
cases = {}
for name, r in (("braille, reset to zero", braille("braille_noDelay_bias_zero.nir", False)),
                ("braille, reset by subtraction", braille("braille_noDelay_noBias_subtract.nir", True)),
                ("cnn", cnn("cnn_sinabs.nir"))):
    print(name, "gap", r[1], "hidden", r[2], "out", np.sum(r[0]["spikes"])); cases[name] = r[0]
json.dump({"source": "numpy simulation written from the equations of NIR (Pedersen and others 2024), in float64, independent of this module",
  "command": "python3 golden/simulate.py, in testdata (h5py, numpy)", "licence": "as the module; the networks: README.md",
  "input": "x[t, i] is the case's input where (7t + 3i) mod 5 is 0, else 0; one sample", "tolerance": "exact: no potential comes within 1e-5 of its threshold", "cases": cases}, open("golden/simulation.json", "w"))
