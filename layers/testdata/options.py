"""Writes layers/options.json: cases of options that stand in no other file, computed by torch in float64.

python3 options.py > layers/options.json
"""
import json
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
cases = []


def array(t):
    return {"shape": list(t.shape), "data": [int(v) if v == int(v) else v for v in t.detach().reshape(-1).tolist()]}


def draw(*shape):  # three decimals, to keep the file small, and never 0
    return ((torch.randn(shape) * 100).floor() + 0.5).div(100).requires_grad_()


def case(name, params, inputs, y, constant=(), outputs=None, **more):
    """A case with the gradients of all inputs that are not named constant."""
    cotangent = draw(*y.shape).detach()
    wrt = [k for k in inputs if k not in constant]
    grads = torch.autograd.grad(y, [inputs[k] for k in wrt], cotangent)
    cases.append({
        "name": name, **more, "params": params,
        "inputs": {k: array(v) for k, v in {**inputs, "cotangent": cotangent}.items()},
        "outputs": {k: array(v) for k, v in {"y": y, **(outputs or {})}.items()},
        "grads": {k: array(g) for k, g in zip(wrt, grads)},
        "tolerance": {"rtol": 1e-9, "atol": 1e-11}})


def first(x):  # channels first, and last
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def kernel(w):  # [k... in out] as torch has it
    n = w.dim() - 2
    return w.permute(n + 1, n, *range(n))


def padded(x, pads):
    return F.pad(x, [p for pair in reversed(pads) for p in pair])


def same(extent, k, stride, dilation):
    total = max((-(-extent // stride) - 1) * stride + (k - 1) * dilation + 1 - extent, 0)
    return total // 2, total - total // 2


def conv(name, extents, k, cin, cout, padding, stride=1, dilation=1, groups=1, mask=None):
    n = len(extents)
    spread = lambda v: v if isinstance(v, list) else [v] * n
    k, stride, dilation = spread(k), spread(stride), spread(dilation)
    x, w, b = draw(1, *extents, cin), draw(*k, cin // groups, cout), draw(cout)
    if padding == "SAME":
        pads = [same(*a) for a in zip(extents, k, stride, dilation)]
    else:
        pads = padding * n if len(padding) == 1 else padding if isinstance(padding[0], list) else [padding] * n
    inputs = {"x": x, "w": w, "b": b}
    used = w
    if mask is not None:
        inputs["mask"], used = mask, w * mask
    y = last(getattr(F, f"conv{n}d")(padded(first(x), pads), kernel(used), b, stride, 0, dilation, groups))
    case(name, {"layer": f"Conv{n}d", "in_channels": cin, "out_channels": cout, "kernel_size": k, "stride": stride, "padding": padding,
                "lhs_dilation": 1, "rhs_dilation": dilation, "groups": groups, "bias": True}, inputs, y, ["mask"])


def transposed(name, extents, k, cin, cout, of, more, stride, dilation=1, groups=1):
    """torch's own, whose kernel is flipped, and [in out/groups k...] for ours [k... in/groups out]."""
    n = len(extents)
    x, w, b = draw(1, *extents, cin), draw(*k, cin // groups, cout), draw(cout)
    parts = [w[..., g * cout // groups:(g + 1) * cout // groups] for g in range(groups)]
    theirs = torch.cat([p.permute(n, n + 1, *range(n)) for p in parts]).flip(list(range(2, n + 2)))
    y = last(getattr(F, f"conv_transpose{n}d")(first(x), theirs, b, stride, of, more, groups, dilation))
    case(name, {"layer": f"ConvTranspose{n}d", "in_channels": cin, "out_channels": cout, "kernel_size": k, "stride": stride, "padding": of,
                "output_padding": more, "rhs_dilation": dilation, "groups": groups, "bias": True}, {"x": x, "w": w, "b": b}, y)


def pool(name, extents, k, stride, padding):
    n = len(extents)
    x = draw(2, *extents, 3)
    y = last(getattr(F, f"avg_pool{n}d")(first(x), k, stride, padding))
    case(name, {"layer": f"AvgPool{n}d", "kernel_size": k, "stride": stride, "padding": padding, "channel_axis": -1,
                "count_include_pad": True}, {"x": x}, y)


def lstm(name, extents, k, padding, dilation, groups):
    n = len(extents)
    x, h, c = draw(2, 1, *extents, 2), draw(1, *extents, 2), draw(1, *extents, 2)
    wx, wh, bx, bh = draw(*k, 2 // groups, 8), draw(*k, 2 // groups, 8), draw(8), draw(8)
    pads = [same(*a) for a in zip(extents, k, [1] * n, dilation)] if padding == "SAME" else padding
    product = lambda v, w, b: last(getattr(F, f"conv{n}d")(padded(first(v), pads), kernel(w), b, 1, 0, dilation, groups))
    hs, ht, ct = [], h, c
    for t in range(2):
        i, g, f, o = (product(x[t], wx, bx) + product(ht, wh, bh)).split(2, -1)
        ct = torch.sigmoid(f + 1) * ct + torch.sigmoid(i) * torch.tanh(g)
        ht = torch.sigmoid(o) * torch.tanh(ct)
        hs.append(ht)
    case(name, {"cell": f"Conv{n}dLSTMCell", "input_shape": extents, "in_channels": 2, "out_channels": 2, "kernel_size": k, "padding": padding,
                "rhs_dilation": dilation, "groups": groups},
         {"x": x, "h": h, "c": c, "wx": wx, "wh": wh, "bx": bx, "bh": bh}, torch.stack(hs), outputs={"h": ht, "c": ct})


def function(name, params, y, x, **inputs):
    case(name, params, {"x": x, **inputs}, y, list(inputs))


conv("conv_3d_groups_dilation", [4, 5, 3], [2, 3, 2], 4, 6, "SAME", 1, [2, 1, 2], 2)
conv("conv_3d_pairs_stride", [4, 3, 5], [3, 2, 2], 2, 2, [[2, 0], [0, 1], [1, 2]], [2, 1, 3])
conv("conv_2d_same_stride_dilation", [7, 6], [3, 2], 2, 4, "SAME", [3, 2], [2, 3], 2)
conv("conv_2d_same_kernel_beyond_input", [2, 3], [5, 4], 1, 2, "SAME", [1, 2])
conv("conv_2d_one_pair", [5, 4], [2, 3], 2, 3, [[0, 3]], [2, 1])
conv("conv_2d_mask_broadcast", [4, 4], [3, 3], 2, 2, [1, 1], mask=torch.tensor([[[[1.], [0.]]]]))
conv("conv_1d_depthwise_stride_dilation", [9], [3], 3, 6, "SAME", 2, 2, 3)
transposed("conv_transpose_1d_output_padding", [5], [3], 2, 3, [1], [1], [2])
transposed("conv_transpose_2d_output_padding_groups", [3, 4], [3, 2], 4, 6, [1, 0], [1, 2], [2, 3], groups=2)
transposed("conv_transpose_2d_dilation", [3, 3], [2, 3], 2, 2, [2, 1], [0, 1], [1, 2], [2, 1])
transposed("conv_transpose_3d_output_padding", [2, 3, 2], [2, 3, 2], 2, 2, [0, 1, 1], [1, 0, 1], [2, 1, 2])
pool("avg_1d_counting_padding", [7], [3], [2], [1])
pool("avg_2d_counting_padding", [5, 6], [3, 2], [2, 1], [1, 1])
pool("avg_3d_counting_padding", [4, 3, 5], [2, 3, 2], [1, 2, 2], [1, 0, 1])
lstm("conv_lstm_1d_even_kernel", [5], [4], "SAME", [1], 1)
lstm("conv_lstm_2d_dilation_groups", [4, 3], [2, 3], "SAME", [2, 1], 2)
lstm("conv_lstm_2d_pairs", [3, 4], [3, 3], [[2, 0], [0, 2]], [1, 1], 1)
x = draw(2, 3, 4)
mean, variance = draw(4).detach(), draw(4).detach().abs() + 0.1
function("normalize_given", {"function": "normalize", "epsilon": 0.01}, (x - mean) / (variance + 0.01).sqrt(), x, mean=mean, variance=variance)
for layer, params, f in [
        ("Hardshrink", {"lambd": 0.6}, lambda x: F.hardshrink(x, 0.6)), ("Threshold", {"threshold": -0.3, "value": 2}, lambda x: F.threshold(x, -0.3, 2)),
        ("GELU", {}, F.gelu), ("Softmax", {}, lambda x: x.reshape(-1).softmax(0).reshape(x.shape)), ("LogSoftmax", {"dim": 0}, lambda x: x.log_softmax(0)),
        ("Softplus", {"beta": 2.5, "threshold": 1}, lambda x: F.softplus(x, 2.5, 1)), ("GLU", {"dim": 2}, lambda x: F.glu(x, 2)),
        ("RReLU", {"lower": 0.2, "upper": 0.2}, lambda x: F.leaky_relu(x, 0.2)), ("Hardtanh", {"min_val": -0.5, "max_val": 0.8}, lambda x: F.hardtanh(x, -0.5, 0.8)),
        ("Flatten", {}, lambda x: x.flatten(1)), ("Dropout", {"prob": 0.3, "fit": False}, lambda x: x * 1)]:
    x = draw(2, 3, 4)
    case("layer_" + layer.lower(), {"layer": layer, **params}, {"x": x}, f(x))
a = draw(4)
x = draw(2, 3, 4)
case("layer_prelu", {"layer": "PReLU", "num_parameters": 4}, {"x": x, "a": a}, torch.where(x >= 0, x, a * x))
x, w = draw(2, 5), draw(1)
case("all_to_all_scalar_no_self", {"layer": "AllToAll", "num_pre": 5, "num_post": 3, "include_self": False}, {"x": x, "W": w},
     w * (x.sum(-1, keepdim=True) - x[:, :3]))
x, w = draw(2, 3), draw(1)
case("all_to_all_scalar_no_self_wider", {"layer": "AllToAll", "num_pre": 3, "num_post": 5, "include_self": False}, {"x": x, "W": w},
     w * (x.sum(-1, keepdim=True) - F.pad(x, [0, 2])))


class Spike(torch.autograd.Function):
    """1 from the threshold on, with the derivative height * max(0, 1 - |v| / width)."""
    @staticmethod
    def forward(ctx, v, height, width):
        ctx.save_for_backward(v)
        ctx.height, ctx.width = height, width
        return (v >= 0).to(v)

    @staticmethod
    def backward(ctx, gy):
        v, = ctx.saved_tensors
        return gy * ctx.height * (1 - v.abs() / ctx.width).clamp(min=0), None, None


def spike(v, width=1.0):
    return Spike.apply(v, 0.3 * width, width)


def neurons(name, cell, inputs, step, params=None, steps=12):
    """step(x, z, state) gives spikes and the next state; what is recurrent comes by V."""
    x = (draw(steps, 2, 3) * 1.5 + 0.4).detach().requires_grad_()
    z, state, zs, vs = torch.zeros(2, 3), [torch.zeros(2, 3)] * 2, [], []
    for t in range(steps):
        current = x[t] + (z @ inputs["V"] if "V" in inputs else 0)
        z, state = step(current, z, state)
        zs.append(z)
        vs.append(state[0])
    assert 3 < torch.stack(zs).sum() < 60, torch.stack(zs).sum()
    case(name, {"cell": cell, "dt": 1, **(params or {})}, {"x": x, **inputs}, torch.stack(zs) + 0.1 * torch.stack(vs))


def alif(inputs):
    def step(x, z, state):
        v, a = state
        a = torch.exp(-1 / inputs["TauA"]) * a + z
        v = torch.exp(-1 / inputs["Tau"]) * v + x - z
        return spike(v - 1 - inputs["Beta"] * a), [v, a]
    return step


def adlif(inputs):
    def step(x, z, state):
        v, w = state
        alpha, rho = torch.exp(-1 / inputs["Tau"]), torch.exp(-1 / inputs["TauW"])
        v = alpha * v + (1 - alpha) * (x * 4 - w)
        z = spike(v - 1)
        v = v * (1 - z)
        return z, [v, rho * w + (1 - rho) * (inputs["A"] * v + inputs["B"] * z)]
    return step


def plif(inputs):
    def step(x, z, state):
        v = state[0] + (2 * x - state[0]) * torch.sigmoid(-inputs["u"])
        z = spike(v - 1)
        return z, [v * (1 - z), v]
    return step


def taus(lo, hi):
    return (lo + (hi - lo) * torch.rand(3)).requires_grad_()


def delays(name, gaussian, dense):
    """y(t) = sum over k of kappa_k(d) x(t - k), of each neuron or of each connection."""
    x, steps, sigma = draw(7, 2, 3), 4, 0.8
    d = (torch.rand((3, 2) if dense else 3) * 0.8 + torch.tensor([0., 1, 2])[:, None].expand(3, 2) + 0.1 if dense
         else torch.rand(3) * 0.8 + torch.tensor([0., 1, 3]) + 0.1).requires_grad_()
    k = torch.arange(steps + 1.).reshape(-1, *[1] * d.dim())
    kappa = torch.softmax(-(k - d) ** 2 / (2 * sigma ** 2), 0) if gaussian else (1 - (k - d).abs()).clamp(min=0)
    w = draw(3, 2)
    ys = []
    for t in range(7):
        past = torch.stack([x[t - j] if j <= t else torch.zeros(2, 3) for j in range(steps + 1)])  # [k B in]
        ys.append(torch.einsum("kbi,kio->bo", past, kappa * w) if dense else (past * kappa[:, None]).sum(0))
    inputs = {"x": x, "D": d, **({"W": w} if dense else {})}
    case(name, {"cell": "DelayedDense" if dense else "Delay", "max": steps, "sigma": sigma if gaussian else None}, inputs, torch.stack(ys))


i = {"Tau": taus(3, 8), "TauA": taus(5, 30), "Beta": taus(0.2, 0.6)}
neurons("alif", "ALIF", i, alif(i))
i = {"Tau": taus(3, 8), "TauA": taus(5, 30), "Beta": taus(0.2, 0.6), "V": (draw(3, 3) * 0.3).detach().requires_grad_()}
neurons("alif_recurrent", "ALIF", i, alif(i))
i = {"Tau": taus(3, 8), "TauW": taus(5, 30), "A": taus(0.2, 1), "B": taus(1, 3)}
neurons("adlif", "AdLIF", i, adlif(i))
i = {"Tau": taus(3, 8), "TauW": taus(5, 30), "A": taus(0.2, 1), "B": taus(1, 3), "V": (draw(3, 3) * 0.3).detach().requires_grad_()}
neurons("adlif_recurrent", "AdLIF", i, adlif(i))
i = {"u": torch.tensor(0.4, requires_grad=True)}
neurons("plif", "PLIF", i, plif(i))
i = {"u": torch.tensor(0.4, requires_grad=True), "V": (draw(3, 3) * 0.3).detach().requires_grad_()}
neurons("plif_recurrent", "PLIF", i, plif(i))
for gaussian in [False, True]:
    delays("delay_gaussian" if gaussian else "delay_linear", gaussian, False)
    delays("delayed_dense_gaussian" if gaussian else "delayed_dense_linear", gaussian, True)
x, scale, bias = (draw(3, 2, 2, 2, 3) + 1).detach().requires_grad_(), draw(3), draw(3)
over = (0, 1, 2, 3)
m, v = x.mean(over), x.var(over, unbiased=False)
case("threshold_batch_norm", {"layer": "tdBN", "alpha": 0.7, "v_th": 1.3, "num_features": 3}, {"x": x, "scale": scale, "bias": bias},
     0.7 * 1.3 * (x - m) / (v + 1e-5).sqrt() * scale + bias, outputs={"running_mean": 0.01 * m, "running_var": 0.99 + 0.01 * v})

print(json.dumps({"reference": "torch 1.13 torch.nn.functional", "command": "python3 options.py > layers/options.json", "notes": [
    "conventions of the other files of this folder; options that they do not try.",
    "ConvTranspose: padding and output_padding are torch's, of the convolution that is undone; w is not flipped.",
    "count_include_pad: the mean counts the padding as zeros.",
    "ALIF, AdLIF, PLIF: y is the spikes and a tenth of the potentials, x [T B N]; V feeds spikes back. A spike has the derivative 0.3·max(0, 1 - |v|).",
    "Delay, DelayedDense: delays in steps, with the interpolation of training; tdBN: the threshold-dependent batch norm, x [T B X... N]."], "cases": cases}, separators=(",", ":")))
