package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// run runs the program and expects an exit code.
func run(t *testing.T, code int, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	got := Run(context.Background(), args, &o, &e)
	require.Equal(t, code, got, "%v\n%s\n%s", args, o.String(), e.String())
	return o.String(), e.String()
}

// weights writes a file of two tensors and returns its path.
func weights(t *testing.T) string {
	t.Helper()
	f := &checkpoint.File{Kind: "mine", Metadata: map[string]string{"note": "hello"}}
	f.Add("fc1.W", tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, -4})))
	f.Add("fc1.B", tensor.New(tensor.FromScalar(int32(7))))
	path := filepath.Join(t.TempDir(), "w.safetensors")
	require.NoError(t, checkpoint.WriteFile(path, f))
	return path
}

func TestInspect(t *testing.T) {
	t.Parallel()
	path := weights(t)
	out, _ := run(t, 0, "inspect", path, "--values")
	assert.Equal(t, `file    `+path+`
format  safetensors
kind    mine
note    hello

TENSOR     TYPE  SHAPE  ELEMENTS  TRAINED  MIN  MAX  MEAN
fc1.W      F32   [2 2]  4         ?        -4   3    0.5
fc1.B      I32   []     1         ?
2 tensors               5
`, out)
	out, _ = run(t, 0, "inspect", path, "--json")
	var in inspected
	require.NoError(t, json.Unmarshal([]byte(out), &in))
	assert.Equal(t, []int{2, 2}, in.Tensors[0].Shape)
	assert.Equal(t, 5, in.Elements)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, b[:len(b)-3], 0o644))
	_, errs := run(t, 1, "inspect", path)
	assert.Contains(t, errs, "truncated")
	run(t, 1, "inspect", t.TempDir())
	dir := t.TempDir()
	run(t, 0, "convert", weights(t), filepath.Join(dir, "checkpoint_7"))
	out, _ = run(t, 0, "inspect", dir)
	assert.Contains(t, out, "format  brainpy\n")
	out, _ = run(t, 0, "__complete", "datasets", "fetch", "")
	assert.Contains(t, out, "n_mnist")
	assert.NotContains(t, out, "fashion_small", "which is within the program")
	none := filepath.Join(t.TempDir(), "none.safetensors")
	require.NoError(t, checkpoint.WriteFile(none, &checkpoint.File{}))
	out, _ = run(t, 0, "inspect", none, "--json")
	assert.Contains(t, out, `"tensors":[]`)
	_, errs = run(t, 2, "inspect", os.Args[0])
	assert.Contains(t, errs, "want a name that ends in one of .safetensors")
}

func TestConvert(t *testing.T) {
	t.Parallel()
	path, dir := weights(t), t.TempDir()
	there, back := filepath.Join(dir, "w.npz"), filepath.Join(dir, "back.safetensors")
	run(t, 0, "convert", path, there)
	run(t, 0, "convert", there, back, "--rename", "fc1.*=hidden.*")
	f, err := checkpoint.ReadFile(back)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2, 3, -4}, f.Tensor("hidden.W").Float32s())
	assert.Equal(t, int32(7), f.Tensor("hidden.B").Data())
	for _, name := range []string{"a.bp", "a.h5", "a.pkl", "a.npz", "a.pickle", "a.safetensors"} { // each from the one before
		run(t, 0, "convert", path, filepath.Join(dir, name))
		path = filepath.Join(dir, name)
	}
	f, err = checkpoint.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2, 3, -4}, f.Tensor("fc1.W").Float32s())
	assert.Equal(t, int32(7), f.Tensor("fc1.B").Data())
	numbered := filepath.Join(t.TempDir(), "checkpoint_99.5") // BrainPy's have no ending, and directories of their own
	run(t, 0, "convert", path, numbered)
	run(t, 0, "convert", path, filepath.Join(filepath.Dir(numbered), "checkpoint_100"), "--rename", "fc1.*=late.*")
	run(t, 0, "convert", filepath.Dir(numbered), back)
	f, err = checkpoint.ReadFile(back)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2, 3, -4}, f.Tensor("late.W").Float32s(), "100 is later than 99.5")
	mat := filepath.Join(dir, "a.mat") // in which a scalar is an array of one element
	run(t, 0, "convert", path, mat)
	run(t, 0, "convert", mat, back)
	f, err = checkpoint.ReadFile(back)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2, 3, -4}, f.Tensor("fc1.W").Float32s())
	assert.Equal(t, []int32{7}, f.Tensor("fc1.B").Int32s())
	for args, want := range map[string]string{
		path + " " + dir + "/x.bin":                          "want a name that ends in",
		path + " " + there + " --rename no.*=x.*":            "no tensor has that name",
		path + " " + there + " --rename fc1.*=x":             "want FROM=TO",
		path + " " + dir + "/x.nir":                          "--like",
		path + " " + dir + "/x.npz --like " + there:          "is a file of tensors alone",
		path + " " + filepath.Join(dir, "a", "x.npz") + " x": "want a file to read and a file to write",
	} {
		_, errs := run(t, 2, append([]string{"convert"}, strings.Fields(args)...)...)
		assert.Contains(t, errs, want)
	}
	_, errs := run(t, 1, "convert", filepath.Join(dir, "none.npz"), there)
	assert.Contains(t, errs, "no such file")
}

// A state_dict becomes weights of ours by a written map, and goes back to what it was.
func TestConvertByMap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	f := &checkpoint.File{}
	add := func(name string, x []float32, shape ...int) {
		f.Add(name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)))
	}
	add("fc1.weight", []float32{1, 2, 3, 4, 5, 6}, 2, 3)
	add("fc1.bias", []float32{7, 8}, 2)
	add("lif1.beta", []float32{0.9}, 1)
	add("rec.recurrent.weight", []float32{1, 2, 3, 4}, 2, 2)
	add("plif.w", []float32{0.5}, 1)
	add("cell.input_weights", []float32{1, 2, 3, 4}, 2, 2)
	add("cell.recurrent_weights", []float32{5, 6, 7, 8}, 2, 2)
	add("odd", []float32{1, 2}, 1, 2)
	add("aux.x", []float32{9}, 1)
	require.NoError(t, checkpoint.WriteFile(at("torch.safetensors"), f))
	text := `ignore = ["aux.*"]
[[map]]
layer = "torch_linear"
from = "fc1"
to = "in"
[[map]]
layer = "snntorch_leaky"
from = "lif1"
to = "hidden"
learned = ["beta"]
[[map]]
layer = "snntorch_rleaky"
from = "rec"
to = "r"
back = "rback"
[[map]]
layer = "spikingjelly_plif"
from = "plif"
to = "p"
[[map]]
layer = "norse_recurrent"
from = "cell"
to = "nin"
back = "nback"
[[map]]
layer = "tensor"
from = "odd"
to = "even"
perm = [1, 0]
negate = true
`
	require.NoError(t, os.WriteFile(at("map.toml"), []byte(text), 0o600))
	run(t, 0, "convert", at("torch.safetensors"), at("mine.npz"), "--map", at("map.toml"))
	out, _ := run(t, 0, "inspect", at("mine.npz"))
	for _, want := range []string{"in.W F32 [3 2]", "in.B F32 [2]", "hidden.Decay F32 [1]", "rback.W F32 [2 2]", "p.Decay", "nin.W", "nback.W", "even F32 [2 1]"} {
		assert.Contains(t, strings.Join(strings.Fields(out), " "), want)
	}
	run(t, 0, "convert", at("mine.npz"), at("back.safetensors"), "--map", at("map.toml"), "--back")
	back, err := checkpoint.ReadFile(at("back.safetensors"))
	require.NoError(t, err)
	for _, x := range f.Tensors[:len(f.Tensors)-1] {
		require.NotNil(t, back.Tensor(x.Name), x.Name)
		assert.Equal(t, x.Value.Float32s(), back.Tensor(x.Name).Float32s(), x.Name)
	}
	require.NoError(t, os.WriteFile(at("less.toml"), []byte("[[map]]\nlayer = \"torch_linear\"\nfrom = \"fc2\"\nto = \"in\"\n"), 0o600))
	_, errs := run(t, 1, "convert", at("torch.safetensors"), at("x.npz"), "--map", at("less.toml"))
	assert.Contains(t, errs, `it has no "fc2.weight", for "in.W"`)
	assert.Contains(t, errs, `no entry is for "lif1.beta"`)
	require.NoError(t, os.WriteFile(at("bad.toml"), []byte("[[map]]\nlayer = \"lstm\"\nfrom = \"a\"\n[[map]]\nlayer = \"tensor\"\nfrom = \"a\"\nto = \"b\"\nperm = [1, 1]\n"), 0o600))
	_, errs = run(t, 2, "convert", at("torch.safetensors"), at("x.npz"), "--map", at("bad.toml"))
	for _, want := range []string{`bad.toml:2: map[0].layer: "lstm": want one of`, "bad.toml:1: map[0]: the key to is missing", "bad.toml:8: map[1].perm: [1 1]: want every axis"} {
		assert.Contains(t, errs, want)
	}
	_, errs = run(t, 2, "convert", at("torch.safetensors"), at("x.npz"), "--back")
	assert.Contains(t, errs, "want --map")
}

// The parameters of a NIR file come out and go in again, number for number.
func TestConvertNIR(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := nir.Graph{
		Nodes: []nir.Node{
			{Name: "in", Type: "Input", Params: map[string]nir.Array{"shape": {Shape: []int{1}, Data: []int64{2}}}},
			{Name: "fc", Type: "Linear", Params: map[string]nir.Array{"weight": {Shape: []int{1, 2}, Data: []float32{0.5, -1}}}},
			{Name: "out", Type: "Output", Params: map[string]nir.Array{"shape": {Shape: []int{1}, Data: []int64{1}}}},
		},
		Edges: []nir.Edge{{From: "in", To: "fc"}, {From: "fc", To: "out"}},
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, g.WriteFile(at("net.nir")))
	out, _ := run(t, 0, "inspect", at("net.nir"))
	assert.Contains(t, out, "fc.weight  F32   [1 2]")
	assert.Contains(t, out, "NODE  TYPE    TO\nfc    Linear  out\nin    Input   fc\nout   Output\n")
	out, _ = run(t, 0, "inspect", at("net.nir"), "--json")
	assert.Contains(t, out, `"nodes":[{"name":"fc","type":"Linear","to":["out"]}`)

	run(t, 0, "convert", at("net.nir"), at("w.safetensors"))
	f, err := checkpoint.ReadFile(at("w.safetensors"))
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5, -1}, f.Tensor("fc.weight").Float32s())
	run(t, 0, "convert", at("w.safetensors"), at("same.nir"), "--like", at("net.nir"))
	want, err := nir.ReadFile(at("net.nir"))
	require.NoError(t, err)
	same, err := nir.ReadFile(at("same.nir"))
	require.NoError(t, err)
	assert.Equal(t, want, same)

	f.Tensor("fc.weight").Float32s()[0] = 9
	f.Add("no.such", tensor.New(tensor.FromScalar(float32(1))))
	require.NoError(t, checkpoint.WriteFile(at("more.safetensors"), f))
	_, errs := run(t, 1, "convert", at("more.safetensors"), at("new.nir"), "--like", at("net.nir"))
	assert.Contains(t, errs, "has no parameter no.such")
	assert.NoFileExists(t, at("new.nir"))
	f.Tensors = f.Tensors[:len(f.Tensors)-1]
	require.NoError(t, checkpoint.WriteFile(at("new.safetensors"), f))
	run(t, 0, "convert", at("new.safetensors"), at("new.nir"), "--like", at("net.nir"))
	changed, err := nir.ReadFile(at("new.nir"))
	require.NoError(t, err)
	assert.Equal(t, []float32{9, -1}, changed.Node("fc").Params["weight"].Data)
}

func TestDatasets(t *testing.T) {
	t.Parallel()
	out, _ := run(t, 0, "datasets", "list")
	assert.Contains(t, out, "fashion_small")
	out, _ = run(t, 0, "datasets", "describe", "fashion-small")
	assert.Contains(t, out, "train  5000 samples of shape [28 28 1]; 10 classes of 500 to 500")
	out, _ = run(t, 0, "datasets", "describe", "shd", "--json")
	assert.Contains(t, out, `"files":"shd_train.h5`)
	run(t, 0, "datasets", "verify", "japanese_vowels")
	dir := t.TempDir()
	_, errs := run(t, 1, "datasets", "verify", "mnist", "--cache", dir)
	assert.Contains(t, errs, "a file is missing or damaged")
	assert.Contains(t, errs, "train-images-idx3-ubyte")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
	for args, want := range map[string]string{
		"fetch spoken_digits":                              "spoken_digits cannot be fetched: want --dir",
		"fetch mnist --cache " + dir + " --mirror nowhere": "want the address of a directory",
		"fetch fashion_small":                              "it is within the program",
		"fetch mnist":                                      "want --cache",
		"verify ssc":                                       "want --dir, a directory with ssc_train.h5",
		"verify spoken_digits --cache " + dir:              "--cache is for sets that can be fetched",
		"describe minst":                                   `there is no data set "minst"`,
		"verify arrays":                                    "named in a TOML file",
	} {
		_, errs := run(t, 2, append([]string{"datasets"}, strings.Fields(args)...)...)
		assert.Contains(t, errs, want)
	}
	_, errs = run(t, 1, "datasets", "verify", "mnist", "--cache", filepath.Join(dir, "none"))
	assert.Contains(t, errs, "no such file")
	assert.NoDirExists(t, filepath.Join(dir, "none"))
}

// Every command says what it does, shows an example, and completes its arguments; every topic is a page.
func TestHelp(t *testing.T) {
	t.Parallel()
	root := (&app{}).root()
	var commands func(c *cobra.Command)
	commands = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			assert.NotEmpty(t, sub.Long, sub.CommandPath())
			for _, line := range strings.Split(sub.Long, "\n") {
				assert.LessOrEqual(t, len([]rune(line)), 100, "%s: %s", sub.CommandPath(), line)
			}
			if sub.Runnable() {
				assert.Contains(t, sub.Example, "  "+sub.CommandPath(), sub.CommandPath())
				if sub.Args != nil && !sub.HasSubCommands() && sub.Name() != "list" {
					assert.NotNil(t, sub.ValidArgsFunction, sub.CommandPath())
				}
			}
			commands(sub)
		}
	}
	commands(root)
	out, _ := run(t, 0, "help", "exit-codes")
	for _, code := range []int{Done, Failed, Misused, Diverged, Interrupted} {
		assert.Contains(t, out, fmt.Sprintf("\n  %-3d  ", code))
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		out, _ := run(t, 0, "completion", shell)
		assert.Contains(t, out, "spikegraph")
	}
	out, _ = run(t, 0, "__complete", "datasets", "fetch", "")
	assert.Contains(t, out, "fashion_mnist")
	out, _ = run(t, 0, "__complete", "train", "")
	assert.Equal(t, "toml\n:8\n", out)
}

// The help on files is itself a file that works, also with everything in it that is commented out.
func TestHelpOnFiles(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(tomlHelp, "\n\n")
	text, _, _ = strings.Cut(text, "\n\nThe sets")
	path := filepath.Join(t.TempDir(), "net.toml")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(text, `# limit = 1000`, "limit = 300", 1)), 0o644))
	out, _ := run(t, 0, "train", path, "--epochs", "1", "--quiet")
	assert.Contains(t, out, "accuracy")
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"trane":               "unknown command",
		"train":               "want one TOML file",
		"train a.toml --fast": "unknown flag",
		"train none.toml":     "no such file",
		"eval ../../cmd/spikegraph/testdata/fashion.toml":                      "want --weights",
		"eval ../../cmd/spikegraph/testdata/fashion.toml --weights . --part x": "want train, valid or test",
		"predict ../../cmd/spikegraph/testdata/fashion.toml --out x.txt":       "want a name that ends in .csv or .npz",
		"train ../../cmd/spikegraph/testdata/fashion.toml --resume":            "there is no directory of checkpoints",
		"train ../../cmd/spikegraph/testdata/fashion.toml --out x.txt":         "want a name that ends in",
		"explain ../../cmd/spikegraph/testdata/fashion.toml --batch -1":        "want at least 1",
	} {
		_, errs := run(t, 2, strings.Fields(args)...)
		assert.Contains(t, errs, want, args)
	}
}

// With --json an error is an object too, even where the command line could not be read.
func TestErrorsAsJSON(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{
		"trane --json": Misused, "--json train": Misused, "train --json --fast a.toml": Misused, "train none.toml --json": Misused,
		"inspect none.npz --json": Failed, "convert --json a.npz b.npz": Failed, "datasets verify shd --dir none --json": Failed,
	} {
		out, errs := run(t, code, strings.Fields(args)...)
		assert.Empty(t, out, args)
		var e struct {
			Error string
			Code  int
		}
		require.NoError(t, json.Unmarshal([]byte(errs), &e), args)
		assert.Equal(t, code, e.Code, args)
		assert.NotEmpty(t, e.Error, args)
		assert.NotContains(t, errs, `\u00`, args)
	}
	_, errs := run(t, 2, "train", "none.toml")
	assert.Equal(t, "none.toml: no such file or directory\n", errs)
}

// A file that cannot be read is named, whatever reads it.
func TestDamagedFilesAreNamed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.safetensors", "a.npz", "a.npy", "a.bp", "a.h5", "a.pkl", "a.mat", "a.nir", "checkpoint_7"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))
		for _, args := range [][]string{{"inspect", path}, {"convert", path, filepath.Join(t.TempDir(), "out.npz")}} {
			_, errs := run(t, 1, args...)
			assert.Contains(t, errs, path)
			assert.Equal(t, 1, strings.Count(errs, path), errs)
		}
	}
}

// A place that is not there is found before a network is trained for it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"train none.toml --out none/w.npz", "train none.toml --report none/r.html", "train none.toml --out cli.go/w.npz", "predict none.toml --out none/p.csv"} {
		_, errs := run(t, 1, strings.Fields(args)...)
		assert.Regexp(t, "--(out|report): (stat none: no such file|.* not a directory)", errs, args)
	}
}

// Weights of another model are refused, with every difference.
func TestForeignWeights(t *testing.T) {
	t.Parallel()
	_, errs := run(t, 1, "eval", "../../cmd/spikegraph/testdata/fashion.toml", "--weights", weights(t))
	assert.Contains(t, errs, "missing in the file: fc2.W F32 [64 10]")
	assert.Contains(t, errs, "fc1.B")
}

func ExampleRun() {
	code := Run(context.Background(), []string{"datasets", "describe", "fashion_small"}, os.Stdout, os.Stderr)
	fmt.Println(code)
	// Output:
	// set    fashion_small
	// what   5,000 and 1,000 images of clothes, 28 x 28, 10 classes, within the program (Fashion-MNIST, MIT licence)
	// train  5000 samples of shape [28 28 1]; 10 classes of 500 to 500
	// test   1000 samples of shape [28 28 1]; 10 classes of 100 to 100
	// 0
}
