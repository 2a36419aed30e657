package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/internal/cli"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// run runs the program and expects an exit code.
func run(t *testing.T, code int, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	got := cli.Run(context.Background(), args, &o, &e)
	require.Equal(t, code, got, "%v\n%s\n%s", args, o.String(), e.String())
	return o.String(), e.String()
}

// lastLine returns the last line of out as JSON.
func lastLine(t *testing.T, out string) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &v))
	return v
}

func accuracy(t *testing.T, scores any) float64 {
	t.Helper()
	return scores.(map[string]any)["metrics"].(map[string]any)["accuracy"].(float64)
}

// Every example trains, is saved, evaluates to what training said, predicts, and explains itself; each
// learns as far as it is meant to.
func TestExamples(t *testing.T) {
	t.Parallel()
	learns := map[string]float64{ // accuracy on the training samples that is reached
		"fashion.toml": 0.7, "recurrent.toml": 0.2, "convolution.toml": 0, "encoded.toml": 0,
		"sequence.toml": 0.3, "reservoir.toml": 0.4, "series.toml": 0, "ridge.toml": 0, "online.toml": 0.8,
	}
	regressions := map[string]float64{"series.toml": 0.008, "ridge.toml": 0.01} // and their errors on others
	files, err := filepath.Glob("testdata/*.toml")
	require.NoError(t, err)
	require.Len(t, files, len(learns), "each example has a bound")
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			weights := filepath.Join(dir, "w.safetensors")
			out, errs := run(t, 0, "train", file, "--checkpoint", filepath.Join(dir, "run"), "--out", weights, "--json", "--quiet")
			assert.Empty(t, errs)
			done := lastLine(t, out)
			assert.Equal(t, "done", done["event"])
			if most, ok := regressions[name]; ok {
				assert.Less(t, done["validation"].(map[string]any)["loss"], most)
			} else {
				assert.GreaterOrEqual(t, accuracy(t, done["train"]), learns[name])
			}
			checkEval(t, file, dir, done)
			checkPredict(t, file, filepath.Join(dir, "run"), dir)
			for _, way := range [][]string{nil, {"--forward"}} {
				out, _ = run(t, 0, append([]string{"explain", file, "--quiet"}, way...)...)
				assert.Contains(t, out, "passes\n")
				assert.Contains(t, out, "kernels\n")
			}
			out, _ = run(t, 0, "explain", file, "--dot", "-", "--quiet")
			assert.True(t, strings.HasPrefix(out, "digraph {"))
		})
	}
}

// checkEval compares eval with the scores of the last epoch.
func checkEval(t *testing.T, file, dir string, done map[string]any) {
	t.Helper()
	out, _ := run(t, 0, "eval", file, "--weights", filepath.Join(dir, "run"), "--json", "--quiet")
	again, _ := run(t, 0, "eval", file, "--weights", filepath.Join(dir, "w.safetensors"), "--json", "--quiet")
	a, b := lastLine(t, out), lastLine(t, again)
	delete(a, "weights")
	delete(b, "weights")
	assert.Equal(t, a, b, "the checkpoint and the weights are one model")
	if v, ok := done["validation"].(map[string]any); ok && v["samples"] == a["samples"] {
		assert.Equal(t, v["loss"], a["loss"])
		assert.Equal(t, v["metrics"], a["metrics"])
	}
}

// checkPredict compares the CSV of predict with its archive.
func checkPredict(t *testing.T, file, weights, dir string) {
	t.Helper()
	text, _ := run(t, 0, "predict", file, "--weights", weights, "--limit", "7", "--quiet")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	if regression := map[string]int{"series.toml": 5, "ridge.toml": 3}[filepath.Base(file)]; regression > 0 {
		require.Len(t, rows, regression)
		assert.Equal(t, []string{"index", "output_0"}, rows[0])
		return
	}
	require.Len(t, rows, 8)
	assert.Equal(t, []string{"index", "label", "class", "output_0"}, rows[0][:4])
	path := filepath.Join(dir, "p.npz")
	run(t, 0, "predict", file, "--weights", weights, "--limit", "7", "--out", path, "--quiet")
	f, err := npz.ReadFile(path)
	require.NoError(t, err)
	sums := f.Tensor("sums").Float32s()
	for i, row := range rows[1:] {
		assert.Equal(t, fmt.Sprint(f.Tensor("class").Int32s()[i]), row[2])
		assert.Equal(t, fmt.Sprint(f.Tensor("label").Int32s()[i]), row[1])
		assert.Equal(t, fmt.Sprint(sums[i*(len(row)-3)]), row[3])
	}
}

// A trained network goes out as NIR, and comes back as a layer that evaluates to the same.
func TestNIRThereAndBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "[data]\nset = \"fashion_small\"\nlimit = 500\ntest_limit = 100\nlayout = \"kept\"\n[train]\nsteps = 5\n"
	net := text + "[[layer]]\ntype = \"conv2d\"\nout = 2\nkernel = [3]\nstride = [2]\npadding = [1]\n[[layer]]\ntype = \"lif\"\nv_th = 0.1\nv_reset = 0\nreset = \"hard\"\n" +
		"[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nout = 10\n[[layer]]\ntype = \"leaky_integrator\"\n"
	file, back, out := filepath.Join(dir, "net.toml"), filepath.Join(dir, "back.toml"), filepath.Join(dir, "net.nir")
	require.NoError(t, os.WriteFile(file, []byte(net), 0o644))
	weights := filepath.Join(dir, "w.safetensors")
	run(t, 0, "train", file, "--out", weights, "--quiet")
	told, _ := run(t, 0, "convert", weights, out, "--model", file)
	assert.Contains(t, told, "7 nodes as nir")
	require.NoError(t, os.WriteFile(back, []byte(text+fmt.Sprintf("[[layer]]\ntype = \"nir\"\nname = \"net\"\nfile = %q\n", out)), 0o644))
	again := filepath.Join(dir, "again.safetensors")
	run(t, 0, "train", back, "--out", again, "--quiet")
	a, _ := run(t, 0, "eval", file, "--weights", weights, "--json")
	b, _ := run(t, 0, "eval", back, "--initial", "--json", "--quiet")
	assert.InDelta(t, lastLine(t, a)["loss"], lastLine(t, b)["loss"], 1e-5)
	assert.Contains(t, b, `"rates":{"net.lif1":`)
	run(t, 0, "convert", again, filepath.Join(dir, "again.nir"), "--model", back)
	_, errs := run(t, 2, "eval", file, "--weights", weights, "--initial")
	assert.Contains(t, errs, "want one of them")
	_, errs = run(t, 2, "convert", weights, filepath.Join(dir, "x.npz"), "--model", file)
	assert.Contains(t, errs, "are for NIR")
	_, errs = run(t, 2, "convert", weights, out, "--euler")
	assert.Contains(t, errs, "want --model")
	_, errs = run(t, 2, "convert", weights, out, "--model", file, "--all")
	assert.Contains(t, errs, "want no --like")
}

// What is not trained but belongs to the model, such as constants that were drawn, goes along in every
// format: with another seed the weights give the same.
func TestFixedConstantsGoAlong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	net := func(seed string) string {
		path := filepath.Join(dir, seed+".toml")
		text := "seed = " + seed + "\n[data]\nset = \"fashion_small\"\nlimit = 200\n[[layer]]\ntype = \"dense\"\nout = 20\n[[layer]]\ntype = \"lif\"\nname = \"hidden\"\nv_th = 0.1\n" +
			"tau = { init = \"uniform\", lo = 2, hi = 20 }\n[[layer]]\ntype = \"dense\"\nout = 10\n[train]\nsteps = 5\n"
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	run(t, 0, "train", net("1"), "--checkpoint", filepath.Join(dir, "run"), "--out", filepath.Join(dir, "out.npz"), "--quiet")
	run(t, 0, "convert", filepath.Join(dir, "run"), filepath.Join(dir, "run.npz"))
	want, _ := run(t, 0, "eval", net("1"), "--weights", filepath.Join(dir, "run"), "--json")
	for _, name := range []string{"out.npz", "run.npz"} {
		got, errs := run(t, 0, "eval", net("2"), "--weights", filepath.Join(dir, name), "--json")
		assert.NotContains(t, errs, "hidden.Tau")
		assert.Equal(t, lastLine(t, want)["loss"], lastLine(t, got)["loss"], name)
	}
}

// Weights of a network with another readout are a beginning, where the command line allows for what differs.
func TestPartialWeights(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	net := func(last string) string {
		path := filepath.Join(dir, last+".toml")
		text := "[data]\nset = \"fashion_small\"\nlimit = 200\n[[layer]]\ntype = \"dense\"\nname = \"first\"\nout = 20\n[[layer]]\ntype = \"dense\"\nname = \"" + last + "\"\nout = 10\n[optimizer]\ntype = \"sgd\"\nlr = 0.0\n[train]\nsteps = 1\n"
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	a, b := filepath.Join(dir, "a.npz"), filepath.Join(dir, "b.npz")
	run(t, 0, "train", net("old"), "--seed", "5", "--out", a, "--quiet")
	_, errs := run(t, 1, "train", net("new"), "--weights", a, "--out", b, "--quiet")
	for _, want := range []string{"missing in the file: new.W F32 [20 10]", "missing in the file: new.B", "unexpected in the file: old.W", "unexpected in the file: old.B"} {
		assert.Contains(t, errs, want, "all at once")
	}
	run(t, 0, "train", net("new"), "--weights", a, "--missing", "new.*", "--unexpected", "old.*", "--out", b, "--quiet")
	before, err := npz.ReadFile(a)
	require.NoError(t, err)
	after, err := npz.ReadFile(b)
	require.NoError(t, err)
	assert.Equal(t, before.Tensor("first.W").Float32s(), after.Tensor("first.W").Float32s(), "a rate of 0 leaves it as it was loaded")
	assert.Nil(t, after.Tensor("old.W"))
	_, errs = run(t, 2, "train", net("new"), "--missing", "new.*", "--quiet")
	assert.Contains(t, errs, "want --weights")
}

// A run can be seen: one page that needs nothing else, and event files.
func TestReportAndBoard(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, want := range map[string][]string{
		"recurrent.toml": {"Gradient norm by layer", "hidden, sample 0", "hidden_recurrent.W", "Learning", "no_self = true", "clip_norm = 5"},
		"online.toml":    {"dense1.W", "type = &#34;rls&#34;", "y, sample 0"},
	} {
		page, board := filepath.Join(dir, name+".html"), filepath.Join(dir, name)
		run(t, 0, "train", "testdata/"+name, "--report", page, "--board", board, "--quiet")
		html := string(read(t, page))
		for _, w := range want {
			assert.Contains(t, html, w, name)
		}
		assert.NotContains(t, html, "<script")
		assert.NotRegexp(t, `(src|href)="https?:`, html)
		events, err := filepath.Glob(filepath.Join(board, "events.out.tfevents.*"))
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Contains(t, string(read(t, events[0])), "validation/accuracy")
	}
}

// canceling is a writer that cancels when an epoch has been written.
type canceling struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (c *canceling) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(`"epoch":0`)) {
		c.cancel()
	}
	return c.Buffer.Write(b)
}

// An interrupted run that is resumed equals one that was not interrupted, bit for bit, whether it learns by gradients
// or fits a readout.
func TestInterruptAndResume(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/fashion.toml", "testdata/online.toml"} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			interruptAndResume(t, file)
		})
	}
}

func interruptAndResume(t *testing.T, file string) {
	dir := t.TempDir()
	half, whole := filepath.Join(dir, "half"), filepath.Join(dir, "whole")
	ctx, cancel := context.WithCancel(t.Context())
	out, errs := &canceling{cancel: cancel}, &bytes.Buffer{}
	code := cli.Run(ctx, []string{"train", file, "--checkpoint", half, "--epochs", "2", "--json", "--quiet"}, out, errs)
	require.Equal(t, cli.Interrupted, code, errs.String())
	stopped := lastLine(t, out.String())
	assert.Equal(t, "interrupted", stopped["event"])
	assert.FileExists(t, stopped["checkpoint"].(string))
	assert.Contains(t, errs.String(), "--resume goes on from there")

	_, refused := run(t, 2, "train", file, "--checkpoint", half)
	assert.Contains(t, refused, "holds the checkpoints of a run")
	run(t, 0, "train", file, "--checkpoint", half, "--epochs", "2", "--resume", "--quiet", "--out", filepath.Join(dir, "a.npz"))
	run(t, 0, "train", file, "--checkpoint", whole, "--epochs", "2", "--quiet", "--out", filepath.Join(dir, "b.npz"))
	assert.Equal(t, read(t, filepath.Join(dir, "b.npz")), read(t, filepath.Join(dir, "a.npz")))
	list, err := checkpoint.Series{Dir: half}.List()
	require.NoError(t, err)
	last := list[len(list)-1].Path
	require.NoError(t, os.Truncate(last, 1000))
	_, refused = run(t, 1, "train", file, "--checkpoint", half, "--epochs", "2", "--resume", "--quiet")
	assert.Contains(t, refused, "without that file --resume goes on from the checkpoint before")
	require.NoError(t, os.Remove(last))
	run(t, 0, "train", file, "--checkpoint", half, "--epochs", "2", "--resume", "--quiet", "--out", filepath.Join(dir, "a.npz"))
	assert.Equal(t, read(t, filepath.Join(dir, "b.npz")), read(t, filepath.Join(dir, "a.npz")))
	told, _ := run(t, 0, "inspect", filepath.Join(whole, "best.safetensors"))
	assert.Contains(t, told, "epochs done")
	run(t, 0, "convert", whole, filepath.Join(dir, "model.npz"))
	model, err := npz.ReadFile(filepath.Join(dir, "model.npz"))
	require.NoError(t, err)
	want, err := npz.ReadFile(filepath.Join(dir, "b.npz"))
	require.NoError(t, err)
	assert.ElementsMatch(t, want.Tensors, model.Tensors, "nothing but the model")
	other, _ := run(t, 0, "train", file, "--seed", "9", "--epochs", "2", "--quiet", "--out", filepath.Join(dir, "c.npz"))
	assert.Contains(t, other, "validation")
	assert.NotEqual(t, read(t, filepath.Join(dir, "b.npz")), read(t, filepath.Join(dir, "c.npz")))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// Without a directory and without --out, nothing is written anywhere.
func TestWritesNothing(t *testing.T) {
	file, err := filepath.Abs("testdata/convolution.toml")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	_, errs := run(t, 0, "train", file)
	assert.Contains(t, errs, "nothing will be saved")
	for _, dir := range []string{".", home} {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, entries)
	}
}

// A user's own arrays are data.
func TestArrays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	x, y := make([]float64, 40*6), make([]int64, 40)
	for i := range y {
		y[i] = int64(i % 2)
		x[i*6+i%2] = 1
	}
	data := filepath.Join(dir, "xor.npz")
	f := &checkpoint.File{}
	f.Add("x", tensor.New(tensor.WithShape(40, 6), tensor.WithBacking(x)))
	f.Add("y", tensor.New(tensor.WithShape(40), tensor.WithBacking(y)))
	require.NoError(t, npz.WriteFile(data, f))
	file := filepath.Join(dir, "net.toml")
	text := fmt.Sprintf("[data]\nset = \"arrays\"\ntrain = %q\nbatch = 10\n[[layer]]\ntype = \"dense\"\nout = 2\n"+
		"[optimizer]\ntype = \"adam\"\nlr = 0.05\n[train]\nepochs = 20\nsteps = 2\n", data)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	out, _ := run(t, 0, "train", file, "--json", "--quiet")
	assert.Equal(t, 1.0, accuracy(t, lastLine(t, out)["validation"]))
}

// What is wrong ends with the documented code, and says where and what.
func TestFaults(t *testing.T) {
	t.Parallel()
	net := "[[layer]]\ntype = \"dense\"\nout = 3\n[train]\nsteps = 2\n"
	small := "[data]\nset = \"fashion_small\"\nlimit = 100\n"
	tests := map[string]struct {
		text string
		code int
		want []string
	}{
		"unknown key":    {small + net + "epoch = 3\n", 2, []string{"net.toml:9: train.epoch: there is no such key", "epochs"}},
		"wrong type":     {small + strings.Replace(net, "3", `"three"`, 1), 2, []string{`net.toml:6: layer[0].out: "three": want a whole number`}},
		"two faults":     {"seed = -1\n" + small + "x = 1\n" + net, 2, []string{"net.toml:1: seed: -1: want", "net.toml:5: data.x: there is no such key"}},
		"no data":        {net, 2, []string{"the table [data] is missing"}},
		"layer's domain": {small + "[[layer]]\ntype = \"lif\"\ntau = -3\n[train]\nsteps = 1\n", 2, []string{"net.toml:4: layer[0]: lif1: Tau: value out of its domain: -3"}},
		"no steps":       {small + strings.Replace(net, "steps = 2", "", 1), 2, []string{"samples are [784], without time: want steps"}},
		"not TOML":       {"a = \n", 2, []string{"net.toml:1: this is not TOML"}},
		"needs a place":  {"[data]\nset = \"shd\"\n" + net, 2, []string{"net.toml:1: data: the set shd: want dir"}},
		"missing files":  {"[data]\nset = \"mnist\"\ndir = \"/nowhere\"\n" + net, 1, []string{"/nowhere"}},
		"readout":        {small + net + "[readout]\nlayer = \"x\"\nalpha = -1\n", 2, []string{`readout.layer: "x": want the name of a dense layer`}},
		"bad ridge":      {small + "classes = [0, 1, 2]\n" + net + "[readout]\nalpha = -1\n", 1, []string{"Alpha is -1", "at least 0"}},
		"no gradients":   {small + net + "clip_norm = 1\n[optimizer]\ntype = \"sgd\"\n[readout]\n", 2, []string{"train.clip_norm: with [readout] there are no gradients", "optimizer: with [readout] nothing is left"}},
		"few classes":    {small + net, 1, []string{"label out of range", "expected 0 to 2"}},
		"diverges":       {small + "classes = [0, 1, 2]\n" + net + "[optimizer]\ntype = \"sgd\"\nlr = 1e38\n[loss]\ntype = \"rate_mse\"\nscale = 1e30\n", 3, []string{"not finite", "RateMSE"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "net.toml")
			require.NoError(t, os.WriteFile(file, []byte(tc.text), 0o644))
			_, errs := run(t, tc.code, "train", file, "--quiet")
			for _, w := range tc.want {
				assert.Contains(t, errs, w)
			}
			_, errs = run(t, tc.code, "train", file, "--quiet", "--json")
			assert.Equal(t, float64(tc.code), lastLine(t, errs)["code"], "errors are JSON too")
		})
	}
}
